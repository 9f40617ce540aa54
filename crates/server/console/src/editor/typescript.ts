/**
 * Hooks in TypeScript. The daemon runs JavaScript: the types are taken out here, line for line, and nothing checks them.
 *
 * What is stored is the JavaScript, with the TypeScript in a comment at its end. So every version has its own source, in
 * whatever browser it is opened, and other clients of the API see a script like any other.
 */

import type { Problem } from './place';

export type Language = 'javascript' | 'typescript';

export interface Source {
  language: Language;
  text: string;
}

const MARK = '//# hookbox:typescript ';

/** TypeScript that cannot be read, at its place. */
export class TypeScriptError extends Error {
  constructor(readonly problem: Problem) {
    super(`Line ${problem.line}: ${problem.message}`);
  }
}

/** The script that the daemon is given to run. */
export async function scriptOf(source: Source): Promise<string> {
  return source.language === 'javascript' ? source.text : withoutTypes(source.text);
}

/** The script that the daemon is given to keep. */
export async function storedOf(source: Source): Promise<string> {
  if (source.language === 'javascript') return source.text;
  const script = await withoutTypes(source.text);
  const whole = script.endsWith('\n') ? script : `${script}\n`;
  return `${whole}${MARK}${digest(whole)} ${await packed(source.text)}\n`;
}

/** What was written, out of what is stored. A script whose comment does not belong to it any more is JavaScript. */
export async function sourceOf(stored: string): Promise<Source> {
  const at = stored.lastIndexOf(MARK);
  if (at < 0 || (at > 0 && stored[at - 1] !== '\n')) return { language: 'javascript', text: stored };
  const [expected, text = ''] = stored.slice(at + MARK.length).trim().split(' ');
  try {
    if (digest(stored.slice(0, at)) === expected) return { language: 'typescript', text: await unpacked(text) };
  } catch {
    // Somebody wrote that line by hand.
  }
  return { language: 'javascript', text: stored };
}

/** Whether a stored script says that it was written in TypeScript. */
export function isTypeScript(stored: string): boolean {
  return stored.includes(`\n${MARK}`);
}

async function withoutTypes(text: string): Promise<string> {
  const { transform } = await import('sucrase');
  try {
    return transform(text, { transforms: ['typescript'], disableESTransforms: true, keepUnusedImports: true, production: true }).code;
  } catch (error) {
    const { message, loc } = error as { message: string; loc?: { line: number; column: number } };
    if (!loc) throw error;
    const problem = { message: message.replace(/^Error transforming [^:]*: /, '').replace(/ \(\d+:\d+\)$/, ''), line: loc.line, column: loc.column };
    throw new TypeScriptError(problem);
  }
}

/** FNV-1a: enough to see that somebody else changed the JavaScript and left the comment. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

async function packed(text: string): Promise<string> {
  const bytes = await through(new Blob([text]), new CompressionStream('deflate-raw'));
  return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(''));
}

async function unpacked(text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(await through(new Blob([bytes]), new DecompressionStream('deflate-raw')));
}

function through(blob: Blob, stream: CompressionStream | DecompressionStream): Promise<ArrayBuffer> {
  return new Response(blob.stream().pipeThrough(stream)).arrayBuffer();
}
