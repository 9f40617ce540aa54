/** Long lists in pages: of what is loaded, or by the API's own markers. */

import { useEffect, useState } from 'preact/hooks';
import { count } from '../text';
import { Button } from './button';

const PER_PAGE = 50;

export interface PagesProps<T> {
  shown: T[];
  from: number;
  total: number;
  toPage: (number: number) => void;
  page: number;
}

/** The page of a list that is loaded whole. */
export function usePages<T>(all: T[]): PagesProps<T> {
  const [page, setPage] = useState(0);
  const last = Math.max(0, Math.ceil(all.length / PER_PAGE) - 1);
  const shown = Math.min(page, last);
  return {
    shown: all.slice(shown * PER_PAGE, (shown + 1) * PER_PAGE),
    from: shown * PER_PAGE,
    total: all.length,
    toPage: setPage,
    page: shown,
  };
}

export function Pages<T>({ name, shown, from, total, page, toPage }: PagesProps<T> & { name: string }) {
  if (total <= PER_PAGE) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${name}`}>
      <span class="faint" role="status">
        {count(from + 1)} to {count(from + shown.length)} of {count(total)}
      </span>
      <Button disabled={page === 0} onClick={() => toPage(page - 1)}>
        Previous
      </Button>
      <Button disabled={from + shown.length >= total} onClick={() => toPage(page + 1)}>
        Next
      </Button>
    </nav>
  );
}

/** Where each page of a list begins that the API hands out piece by piece; `key` stands for its filters. */
export interface Markers {
  from: string | undefined;
  newer: () => void;
  older: (next: string | undefined) => void;
}

export function useMarkers(key: string): Markers {
  const [starts, setStarts] = useState<string[]>([]);
  useEffect(() => setStarts([]), [key]);
  return {
    from: starts.at(-1),
    newer: () => setStarts(starts.slice(0, -1)),
    older: (next) => {
      if (next !== undefined) setStarts([...starts, next]);
    },
  };
}

export function MarkedPages({ name, markers, next }: { name: string; markers: Markers; next: string | undefined }) {
  if (markers.from === undefined && next === undefined) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${name}`}>
      <Button disabled={markers.from === undefined} onClick={markers.newer}>
        Newer
      </Button>
      <Button disabled={next === undefined} onClick={() => markers.older(next)}>
        Older
      </Button>
    </nav>
  );
}
