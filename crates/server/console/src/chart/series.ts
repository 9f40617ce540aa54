/** What charts draw: figures over time, gathered into few enough steps to see. */

import type { Attempt } from '../api';
import { milliseconds, words } from '../text';
import { toneOf } from '../ui/outcome';

export interface Series {
  name: string;
  /** A colour of the page, by its variable. */
  colour: string;
  values: (number | null)[];
}

export interface ChartProps {
  kind: 'bars' | 'lines';
  /** In words, for those who do not see it. */
  summary: string;
  unit: 'count' | 'ms';
  /** Seconds since 1970, the beginning of each step. */
  times: number[];
  stepS: number;
  series: Series[];
}

const STEPS_MAX = 48;
const STEPS_S = [10, 30, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 604_800];

/** The attempts of each step of time. */
function steps(attempts: Attempt[]): { times: number[]; stepS: number; groups: Attempt[][] } {
  const at = attempts.map((attempt) => new Date(attempt.started_at).getTime() / 1000);
  const first = at.reduce((a, b) => Math.min(a, b), Infinity);
  const last = at.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!Number.isFinite(first)) return { times: [], stepS: 60, groups: [] };
  const stepS = STEPS_S.find((step) => (last - first) / step < STEPS_MAX) ?? (last - first) / STEPS_MAX;
  const start = Math.floor(first / stepS) * stepS;
  const length = Math.max(8, Math.floor((last - start) / stepS) + 1);
  // A short history stands at the right end, where the next attempts come.
  const begin = Math.floor(last / stepS) * stepS - (length - 1) * stepS;
  const groups: Attempt[][] = Array.from({ length }, () => []);
  attempts.forEach((attempt, index) => groups[Math.floor(((at[index] ?? begin) - begin) / stepS)]?.push(attempt));
  return { times: groups.map((_, index) => begin + index * stepS), stepS, groups };
}

/** How many attempts ended how. */
export function outcomes(attempts: Attempt[]): ChartProps {
  const { times, stepS, groups } = steps(attempts);
  const names = [...new Set(attempts.map((attempt) => attempt.outcome))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  const series = names.map((name, index) => ({
    name: words(name),
    colour: colourOf(name, index),
    values: groups.map((group) => group.filter((attempt) => attempt.outcome === name).length),
  }));
  const totals = names.map((name) => `${attempts.filter((attempt) => attempt.outcome === name).length} ${words(name)}`);
  return { kind: 'bars', unit: 'count', times, stepS, series, summary: `Attempts over time: ${totals.join(', ') || 'none'}` };
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

/** How long attempts took: the middle, and the slow ends. */
export function duration(attempts: Attempt[]): ChartProps {
  const { times, stepS, groups } = steps(attempts);
  const sorted = groups.map((group) => group.map((attempt) => attempt.wall_ms).sort((a, b) => a - b));
  const all = attempts.map((attempt) => attempt.wall_ms).sort((a, b) => a - b);
  const of = (share: number) => sorted.map((values) => percentile(values, share));
  const series = [
    { name: 'median', colour: '--accent', values: of(0.5) },
    { name: '95 %', colour: '--chart-3', values: of(0.95) },
    { name: 'slowest', colour: '--chart-4', values: of(1) },
  ];
  const words = [0.5, 0.95, 1].map((share) => milliseconds(percentile(all, share) ?? 0));
  const summary = `Time of an attempt: median ${words[0]}, 95 of 100 within ${words[1]}, slowest ${words[2]}`;
  return { kind: 'lines', unit: 'ms', times, stepS, series, summary };
}

/** The smallest value that at least that share of them does not exceed. */
export function percentile(sorted: number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
