/** Keys that work wherever the focus is; editors and fields keep those that write. */

import { useEffect, useRef } from 'preact/hooks';
import { keep, kept } from './keep';
import { State } from './state';

/** A key as it is listed: `Ctrl+Enter`, `Ctrl+Shift+Enter`, `n`, `g h`. On a Mac, Ctrl is the command key. */
export type Shortcut = string;

/** Whether keys without Ctrl do anything: those who speak to their computer would set them off unawares. */
export const singleKeys = new State(kept<boolean>('single-keys') ?? true);

export function setSingleKeys(on: boolean): void {
  keep('single-keys', on ? undefined : false);
  singleKeys.set(on);
}

const active = new Map<Shortcut, (() => void)[]>();
let prefix = '';
let prefixAt = 0;

/** How long the second key of `g h` may take. */
const PREFIX_MS = 1500;

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  if (name === undefined) return;
  const isChord = event.ctrlKey || event.metaKey;
  if (!isChord && (!singleKeys.get() || isWriting(event) || document.querySelector('dialog[open]'))) return;
  const sequence = prefix && event.timeStamp - prefixAt < PREFIX_MS ? `${prefix} ${name}` : name;
  prefix = '';
  const handler = (active.get(sequence) ?? active.get(name))?.at(-1);
  if (handler) {
    event.preventDefault();
    // A key that is held down asks once.
    if (!event.repeat) handler();
  } else if (!isChord && [...active.keys()].some((one) => one.startsWith(`${name} `))) {
    prefix = name;
    prefixAt = event.timeStamp;
  }
});

function nameOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.altKey || event.key.length === 0) return undefined;
  if (!event.ctrlKey && !event.metaKey) return event.key;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return `Ctrl+${event.shiftKey ? 'Shift+' : ''}${key}`;
}

/** Whether the key would write into what has the focus; a focused editor is inside of a shadow tree. */
function isWriting(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** The newest component that asks for a key gets it. */
export function useShortcut(key: Shortcut, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const call = () => latest.current();
    active.set(key, [...(active.get(key) ?? []), call]);
    return () => {
      const left = active.get(key)?.filter((one) => one !== call) ?? [];
      if (left.length > 0) active.set(key, left);
      else active.delete(key);
    };
  }, [key]);
}
