/** A chart on a canvas; its words are beside it, since a canvas says nothing to a screen reader. */

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useValue } from '../state';
import { count, milliseconds } from '../text';
import { theme } from '../theme';
import type { ChartProps } from './series';

const HEIGHT = 200;

export function Chart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chosen = useValue(theme);
  useEffect(() => {
    const element = host.current!;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(props, element), data(props), element);
    };
    draw();
    // The canvas has taken the colours of the moment.
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      dark.removeEventListener('change', draw);
      resized.disconnect();
      plot?.destroy();
    };
  }, [props.times, props.series, chosen]);
  return (
    <figure class="chart">
      <div ref={host} role="img" aria-label={props.summary} />
      <figcaption>
        {props.series.map((series) => (
          <span key={series.name}>
            <svg viewBox="0 0 10 10" class="key" aria-hidden="true">
              <rect width="10" height="10" rx="2" class={`series${series.colour}`} />
            </svg>
            {series.name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

/** Bars stand on one another: each series is drawn to the height of itself and those below it. */
function data({ kind, times, series }: ChartProps): uPlot.AlignedData {
  if (kind === 'lines') return [times, ...series.map((one) => one.values)];
  let below = times.map(() => 0);
  const heights = series.map((one) => (below = below.map((sum, index) => sum + (one.values[index] ?? 0))));
  return [times, ...heights.reverse()];
}

function options(props: ChartProps, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => resolved(style, name);
  const axis = { stroke: colour('--faint'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
  const bars = uPlot.paths.bars?.({ size: [0.7, 24], align: 1 });
  const ordered = props.kind === 'bars' ? [...props.series].reverse() : props.series;
  const text = props.unit === 'ms' ? milliseconds : count;
  const first = props.times[0] ?? 0;
  const last = (props.times.at(-1) ?? 0) + props.stepS;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [12, 12, 0, 0],
    scales: { x: { range: [first, last] }, y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
    axes: [
      axis,
      { ...axis, size: 64, values: (_, values) => values.map((value) => (props.unit === 'count' && !Number.isInteger(value) ? '' : text(value))) },
    ],
    series: [
      {},
      ...ordered.map((series): uPlot.Series => {
        const stroke = colour(series.colour);
        if (props.kind === 'bars' && bars) return { fill: stroke, stroke, width: 0, points: { show: false }, paths: bars };
        return { stroke, width: 2, spanGaps: true, points: { show: true, size: 5, fill: stroke } };
      }),
    ],
  };
}

/** A variable may hold `light-dark(…)`, which a canvas does not know: a property of type colour resolves it. */
function resolved(style: CSSStyleDeclaration, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour || style.color;
}
