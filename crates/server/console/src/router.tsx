/** Addresses below `/console/`: the browser's own history, without a library. */

import type { ComponentChildren } from 'preact';
import { State, useValue } from './state';

const BASE = '/console';

interface Place {
  /** Below the base, with a leading slash and without a trailing one but for the root. */
  path: string;
  query: URLSearchParams;
}

const place = new State<Place>(here());

addEventListener('popstate', () => place.set(here()));

function here(): Place {
  const path = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : '/';
  return { path: path.length > 1 ? path.replace(/\/+$/, '') || '/' : '/', query: new URLSearchParams(location.search) };
}

export function usePlace(): Place {
  return useValue(place);
}

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', BASE + to);
  else history.pushState(null, '', BASE + to);
  place.set(here());
  if (!replace) scrollTo(0, 0);
}

/** Puts filters into the address, so that a reload and a bookmark keep them. */
export function setQuery(values: Record<string, string>): void {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== '') query.set(name, value);
  navigate(place.get().path + (query.size > 0 ? `?${query}` : ''), { replace: true });
}

interface LinkProps {
  to: string;
  class?: string;
  current?: boolean;
  label?: string;
  children: ComponentChildren;
}

export function Link({ to, current, label, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...rest} href={BASE + to} onClick={follow} aria-current={current ? 'page' : undefined} aria-label={label}>
      {children}
    </a>
  );
}
