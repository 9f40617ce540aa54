/** Line drawings in the colour of the text beside them. */

const PATHS = {
  overview: 'M3 13h4v7H3zM10 4h4v16h-4zM17 9h4v11h-4z',
  hooks: 'M8 4v16M8 12h6a3 3 0 0 1 3 3v1a2.5 2.5 0 0 1-5 0',
  events: 'M13 3 5 14h6l-1 7 8-11h-6z',
  logs: 'M4 6h16M4 12h16M4 18h10',
  tenants: 'M4 20V9l8-5 8 5v11M9 20v-6h6v6',
  play: 'M7 4.5v15l12-7.5z',
  plus: 'M12 5v14M5 12h14',
  leave: 'M14 4h5v16h-5M4 12h11M11 8l4 4-4 4',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  close: 'M6 6l12 12M18 6 6 18',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  pause: 'M9 5v14M15 5v14',
  again: 'M20 5v5h-5M19.5 10A8 8 0 1 0 20 14',
  tokens: 'M14.5 4a5.5 5.5 0 1 0 2 10.6M10 13l-6 6v2h3v-2h2v-2h2l1.5-2M16 8h.01',
  audit: 'M7 3h10v18H7zM10 8h4M10 12h4M10 16h2',
  keyboard: 'M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 15h8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
