/** The live log: what the daemon sends, kept in a bounded list, with the gaps said. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ApiFailure, type LiveEntry, type LiveLine, type LogEntry } from '../../api';
import { events } from '../../sse';

export type Item =
  | { kind: 'entry'; key: string; at: string; entry: LiveEntry }
  | { kind: 'line'; key: string; at: string; line: LiveLine }
  /** Lines that are not here: the connection was lost at `since`, or so many came that the daemon dropped some. */
  | { kind: 'gap'; key: string; at: string; since?: string; dropped?: number };

export interface Tail {
  /** Newest first. */
  items: Item[];
  state: 'connecting' | 'live' | 'lost';
  /** Why the connection was lost. */
  error: Error | undefined;
  /** How many came while it was paused. */
  held: number;
  clear: () => void;
}

/** More than a person reads; older ones are in the events. */
const KEPT = 2000;
const EARLIER = 50;
/** Drawing each line as it comes would take longer than the lines do. */
const DRAW_EVERY_MS = 150;
const RETRY_MS = [500, 1000, 2000, 5000, 10_000];

export function useTail(hookId: string, isPaused: boolean): Tail {
  const [items, setItems] = useState<Item[]>([]);
  const [state, setState] = useState<Tail['state']>('connecting');
  const [error, setError] = useState<Error>();
  const [held, setHeld] = useState(0);
  const come = useRef<Item[]>([]);
  const paused = useRef(isPaused);
  paused.current = isPaused;

  useEffect(() => {
    const controller = new AbortController();
    // An entry can come twice: as one of the earlier ones, and behind a lost connection.
    const known = new Set<string>();
    const add = (item: Item) => {
      if (item.kind === 'entry') {
        if (known.has(item.key)) return;
        known.add(item.key);
      }
      come.current.push(item);
      // While it is paused, what is shown stays and the newest wait.
      if (come.current.length > KEPT) come.current.splice(0, come.current.length - KEPT);
    };
    come.current = [];
    setItems([]);
    setState('connecting');
    setError(undefined);
    const draw = setInterval(() => {
      if (paused.current) return setHeld(come.current.length);
      setHeld(0);
      if (come.current.length === 0) return;
      const fresh = come.current.reverse();
      come.current = [];
      setItems((before) => [...fresh, ...before].slice(0, KEPT));
    }, DRAW_EVERY_MS);
    void follow({ hookId, signal: controller.signal, add, setState, setError });
    return () => {
      controller.abort();
      clearInterval(draw);
    };
  }, [hookId]);

  return { items, state, error, held, clear: () => setItems([]) };
}

interface Following {
  hookId: string;
  signal: AbortSignal;
  add: (item: Item) => void;
  setState: (state: Tail['state']) => void;
  setError: (error: Error | undefined) => void;
}

/** Reads until it is told to stop; after a loss it begins again behind the last entry that came. */
async function follow({ hookId, signal, add, setState, setError }: Following): Promise<void> {
  let lastId: string | undefined;
  let lostAt: string | undefined;
  let failures = 0;
  let number = 0;
  try {
    const earlier = await api.logs({ per_page: EARLIER, q: hookId && `hook_id:${hookId}` }, signal);
    lastId = earlier[0]?.log_id;
    for (const entry of earlier.reverse()) add(ofEntry({ ...entry, event_id: eventOf(entry) }));
  } catch {
    // The stream says what is wrong, if something still is.
  }
  while (!signal.aborted) {
    let isLive = false;
    try {
      const response = await api.tail(hookId, lastId, signal);
      isLive = true;
      failures = 0;
      setState('live');
      setError(undefined);
      if (lostAt !== undefined) add(gap((number += 1), { since: lostAt }));
      for await (const event of events(response)) {
        lastId = event.id ?? lastId;
        if (event.name === 'entry') add(ofEntry(JSON.parse(event.data) as LiveEntry));
        else if (event.name === 'line') add(ofLine(JSON.parse(event.data) as LiveLine, (number += 1)));
        else if (event.name === 'gap') add(gap((number += 1), JSON.parse(event.data) as { dropped: number }));
        else if (event.name === 'end') setError(new Error(`The daemon ended the stream: ${(JSON.parse(event.data) as { reason: string }).reason}.`));
      }
    } catch (failure) {
      if (signal.aborted) return;
      const isRefused = failure instanceof ApiFailure && failure.status >= 400 && failure.status < 500 && failure.status !== 429;
      setError(failure instanceof ApiFailure ? failure : new Error('The connection to the daemon was lost.'));
      if (isRefused) return setState('lost');
    }
    if (isLive) lostAt = new Date().toISOString();
    setState('lost');
    await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0, signal);
    failures += 1;
    if (!signal.aborted) setState('connecting');
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

function ofEntry(entry: LiveEntry): Item {
  return { kind: 'entry', key: entry.log_id, at: entry.date, entry };
}

function ofLine(line: LiveLine, number: number): Item {
  return { kind: 'line', key: `line ${number}`, at: line.at, line };
}

function gap(number: number, why: { since: string } | { dropped: number }): Item {
  return { kind: 'gap', key: `gap ${number}`, at: new Date().toISOString(), ...why };
}

/** The event that an entry of the log is about. */
export function eventOf(entry: LogEntry): string | null {
  const { details } = entry;
  if (details === null || typeof details !== 'object' || Array.isArray(details)) return null;
  const id = details['event_id'];
  return typeof id === 'string' ? id : null;
}
