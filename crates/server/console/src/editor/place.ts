/** Where in a script something went wrong. Apart from the editor, so that a page can know it before the editor is loaded. */

export interface Problem {
  message: string;
  /** From 1. */
  line: number;
  /** From 1; absent means the whole line. */
  column?: number;
}

/** The place in the script that a stack or a message names, as in `at f (hook.js:2:5)`. */
export function placeIn(text: string): { line: number; column?: number } | undefined {
  const match = /hook\.js:(\d+):(\d+)/.exec(text) ?? /hook\.js:(\d+)/.exec(text);
  if (!match) return undefined;
  const line = Number(match[1]);
  return match[2] === undefined ? { line } : { line, column: Number(match[2]) };
}
