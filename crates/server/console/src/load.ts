/** Reading from the API: once, again on demand, or again and again while the page is in view. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  data: T | undefined;
  error: Error | undefined;
  /** Resolves when the answer, or the error, is there. */
  reload: () => Promise<void>;
}

/** Reads again when one of `inputs` changes, and every `everyMs` where it is given. The last answer stays until the next. */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, inputs: unknown[], everyMs?: number): Loaded<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<Error>();
  const latest = useRef(read);
  latest.current = read;
  const running = useRef<AbortController>(undefined);

  const load = useCallback(async () => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    try {
      const value = await latest.current(controller.signal);
      if (controller.signal.aborted) return;
      setData(() => value);
      setError(undefined);
    } catch (failure) {
      if (!controller.signal.aborted) setError(failure instanceof Error ? failure : new Error(String(failure)));
    }
  }, []);

  useEffect(() => {
    setData(undefined);
    setError(undefined);
    void load();
    return () => running.current?.abort();
  }, inputs);

  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void load();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, load]);

  return { data, error, reload: load };
}

/** An action that a person starts: one at a time, with its failure. */
export function useAction(): { busy: boolean; error: Error | undefined; run: (action: () => Promise<void>) => Promise<void>; clear: () => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const isBusy = useRef(false);
  const run = useCallback(async (action: () => Promise<void>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setBusy(true);
    setError(undefined);
    try {
      await action();
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
    } finally {
      isBusy.current = false;
      setBusy(false);
    }
  }, []);
  return { busy, error, run, clear: () => setError(undefined) };
}
