/** What the browser keeps. Storage can be full or switched off: then nothing is kept, and nothing else fails. */

const PREFIX = 'hookbox.';

export function kept<T>(name: string): T | undefined {
  return read<T>(() => localStorage, name) ?? undefined;
}

export function keep(name: string, value: unknown): void {
  write(() => localStorage, name, value);
}

/** What this tab kept last; a tab that kept nothing yet goes on with what the latest one did. */
export function keptByTab<T>(name: string): T | undefined {
  const own = read<T>(() => sessionStorage, name);
  return own === undefined ? kept<T>(name) : (own ?? undefined);
}

/** Keeps it for a reload of this tab, which other tabs cannot change, and for the next tab. */
export function keepByTab(name: string, value: unknown): void {
  // That there is nothing is kept too: otherwise a reload would take what another tab wrote.
  write(() => sessionStorage, name, value ?? null);
  keep(name, value);
}

function read<T>(storage: () => Storage, name: string): T | null | undefined {
  try {
    const text = storage().getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as T | null);
  } catch {
    return undefined;
  }
}

function write(storage: () => Storage, name: string, value: unknown): void {
  try {
    if (value === undefined) storage().removeItem(PREFIX + name);
    else storage().setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // See above.
  }
}
