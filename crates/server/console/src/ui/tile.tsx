import type { ComponentChildren } from 'preact';

/** A figure with its name, inside of a `<dl class="tiles">`. */
export function Tile({ name, value, note, bad }: { name: string; value: ComponentChildren; note?: ComponentChildren; bad?: boolean }) {
  return (
    <div class={bad ? 'tile bad' : 'tile'}>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <span class="note">{note}</span>}
      </dd>
    </div>
  );
}
