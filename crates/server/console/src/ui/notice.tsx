/** Messages: an error beside what caused it, an empty list that says what to do, and a word after something was done. */

import type { ComponentChildren } from 'preact';
import { State, useValue } from '../state';
import { Button } from './button';
import { Shown } from './shown';

export function ErrorNotice({ error, onRetry }: { error: Error | undefined; onRetry?: (() => void) | undefined }) {
  // The region is there before the message, so that screen readers announce it.
  return (
    <div role="alert">
      {error && (
        <div class="notice bad">
          <p>
            <Shown text={error.message} />
          </p>
          {onRetry && <Button onClick={onRetry}>Try again</Button>}
        </div>
      )}
    </div>
  );
}

export function Notice({ children, kind = 'info' }: { children: ComponentChildren; kind?: 'info' | 'warn' | 'good' }) {
  return <div class={`notice ${kind}`}>{children}</div>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Loading {what}…
    </p>
  );
}

const said = new State<{ text: string; count: number }>({ text: '', count: 0 });
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says that something was done, for a moment. */
export function say(text: string): void {
  clearTimeout(timer);
  said.set({ text, count: said.get().count + 1 });
  timer = setTimeout(() => said.set({ text: '', count: said.get().count }), 6000);
}

export function Said() {
  const { text, count } = useValue(said);
  return (
    <div class="said" role="status" aria-live="polite">
      {text && (
        <p key={count}>
          <Shown text={text} />
        </p>
      )}
    </div>
  );
}
