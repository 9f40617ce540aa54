/** Light, dark, or as the system says. */

import { keep, kept } from './keep';
import { State } from './state';

export type Theme = 'system' | 'light' | 'dark';

export const theme = new State<Theme>(kept<Theme>('theme') ?? 'system');

export function setTheme(chosen: Theme): void {
  keep('theme', chosen === 'system' ? undefined : chosen);
  theme.set(chosen);
  applyTheme();
}

export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}
