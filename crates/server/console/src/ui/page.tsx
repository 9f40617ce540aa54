/** The frame of a page: its heading takes the focus when one comes here, so that screen readers start at it. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { visible } from '../text';

interface Props {
  title: string;
  /** Beside the heading: figures and switches. */
  beside?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

let isFirst = true;

export function Page({ title, beside, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${visible(title)} · Hookbox`;
  }, [title]);
  useEffect(() => {
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <main id="main" class="page">
      <header class="page-header">
        <h1 ref={heading} tabIndex={-1}>
          {visible(title)}
        </h1>
        {beside}
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}
