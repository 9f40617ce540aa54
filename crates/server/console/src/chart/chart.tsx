/** A chart on a canvas; its words are beside it, since a canvas says nothing to a screen reader. */

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useValue } from '../state';
import { count } from '../text';
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
function data({ times, series }: ChartProps): uPlot.AlignedData {
  let below = times.map(() => 0);
  const heights = series.map((one) => (below = below.map((sum, index) => sum + (one.values[index] ?? 0))));
  return [times, ...heights.reverse()];
}

function options(props: ChartProps, element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => resolved(style, name);
  const axis = { stroke: colour('--faint'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
  const bars = uPlot.paths.bars?.({ size: [0.7, 24], align: 1 });
  const first = props.times[0] ?? 0;
  const last = (props.times.at(-1) ?? 0) + props.stepS;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [12, 26, 0, 0],
    scales: { x: { range: [first, last] }, y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] } },
    axes: [
      { ...axis, size: 32, values: (_, splits) => splits.map(moment) },
      { ...axis, size: 64, values: (_, values) => values.map((value) => (Number.isInteger(value) ? count(value) : '')) },
    ],
    series: [
      {},
      ...[...props.series].reverse().map((series): uPlot.Series => {
        const stroke = colour(series.colour);
        return { fill: stroke, stroke, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) };
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

const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** A mark of the axis: the hour, or the day where one begins. */
function moment(seconds: number): string {
  const date = new Date(seconds * 1000);
  return date.getHours() === 0 && date.getMinutes() === 0 ? day.format(date) : hour.format(date);
}
