/** Charts, with their library, loaded when a page first draws one. */

import { lazyPart } from '../lazy';
import type { ChartProps } from './series';

export const Chart = lazyPart<ChartProps>('the chart', () => import('./chart').then((module) => module.Chart));
