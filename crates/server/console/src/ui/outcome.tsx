/** How runs ended: as a badge, and the last ones of a hook in a row. */

import { words } from '../text';
import { Shown } from './shown';

/** The colours: what succeeded, what the hook said itself, what the sandbox ended. */
export function toneOf(outcome: string): 'good' | 'warn' | 'bad' | 'idle' {
  switch (outcome) {
    case 'completed':
    case 'succeeded':
      return 'good';
    case 'failed':
    case 'never_finished':
    case 'bad_output':
      return 'warn';
    case 'pending':
    case 'leased':
    case 'off':
      return 'idle';
    default:
      return 'bad';
  }
}

export function Badge({ name, label }: { name: string; label?: string }) {
  return (
    <span class={`badge ${toneOf(name)}`}>
      <Shown text={label ?? words(name)} />
    </span>
  );
}

/** Newest at the right. Full height for what went well, half for what did not: colour alone says nothing to many. */
export function Sparkline({ outcomes }: { outcomes: string[] }) {
  if (outcomes.length === 0) return <span class="faint">no runs yet</span>;
  const shown = outcomes.slice(0, 24).reverse();
  const good = shown.filter((outcome) => outcome === 'completed').length;
  const label = `Last ${shown.length} runs: ${good} completed, ${shown.length - good} did not; the last one: ${words(shown.at(-1) ?? '')}`;
  return (
    <svg class="sparkline" role="img" aria-label={label} viewBox={`0 0 ${shown.length * 6} 20`} width={shown.length * 6} height="20">
      <title>{label}</title>
      {shown.map((outcome, index) => {
        const height = outcome === 'completed' ? 16 : 9;
        return <rect class={toneOf(outcome)} x={index * 6 + 1} y={18 - height} width="4" height={height} rx="1" />;
      })}
    </svg>
  );
}
