/** What charts draw: figures over time. */

import type { Stats } from '../api';
import { count, words } from '../text';
import { toneOf } from '../ui/outcome';

export interface Series {
  name: string;
  /** A colour of the page, by its variable. */
  colour: string;
  values: number[];
}

export interface ChartProps {
  /** In words, for those who do not see it. */
  summary: string;
  /** Seconds since 1970, the beginning of each step. */
  times: number[];
  stepS: number;
  series: Series[];
}

/** How many attempts ended how, by time. */
export function outcomes(stats: Stats): ChartProps {
  const names = Object.keys(stats.outcomes).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const series = names.map((name, index) => ({
    name: words(name),
    colour: colourOf(name, index),
    values: stats.buckets.map((bucket) => bucket.outcomes[name] ?? 0),
  }));
  const totals = names.map((name) => `${count(stats.outcomes[name] ?? 0)} ${words(name)}`);
  return {
    times: stats.buckets.map((bucket) => new Date(bucket.at).getTime() / 1000),
    stepS: stats.bucket_ms / 1000,
    series,
    summary: `Attempts over time: ${totals.join(', ') || 'none'}`,
  };
}

function rank(outcome: string): number {
  return ['good', 'warn', 'bad', 'idle'].indexOf(toneOf(outcome));
}

const OTHERS = ['--bad', '--chart-3', '--chart-4', '--chart-5'];

function colourOf(outcome: string, index: number): string {
  if (outcome === 'completed') return '--good';
  if (outcome === 'failed') return '--warn';
  return OTHERS[index % OTHERS.length] ?? '--bad';
}
