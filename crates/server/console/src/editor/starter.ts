/** A trigger's starter code with the types of its arguments. */

import types from 'virtual:hook-types';

/** The starter in JavaScript, turned into TypeScript; what it says about its parameters the types say now. */
export function typedStarter(javascript: string, trigger: string): string {
  const parameters = types.triggers[trigger] ?? [];
  const typed = parameters.map(({ name, type }) => `${name}: ${type.replace(/\b[A-Z]\w*/g, 'Hookbox.$&')}`);
  const list = typed.join(', ').length > 70 ? `(\n  ${typed.join(',\n  ')},\n)` : `(${typed.join(', ')})`;
  return javascript
    .replace(/^ \*\n(?: \* @param .*\n)+/m, '')
    .replace(/^(module\.exports = function) \([^)]*\)/m, `$1 ${list}`);
}
