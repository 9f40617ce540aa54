/** Words and figures as people read them. */

const number = new Intl.NumberFormat('en');
const timeFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** 1048576 as 1,048,576. */
export function count(value: number): string {
  return number.format(value);
}

/** "1 hook", "2 hooks". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const [unit, size] = value < 1024 ** 2 ? ['KiB', 1024] : value < 1024 ** 3 ? ['MiB', 1024 ** 2] : ['GiB', 1024 ** 3];
  return `${trimmed(value / Number(size))} ${unit}`;
}

export function milliseconds(value: number): string {
  if (value >= 1000) return `${trimmed(value / 1000)} s`;
  return `${value >= 100 ? Math.round(value) : trimmed(value)} ms`;
}

/** A long time in its two largest units: "3 min 20 s". */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return ms < 1000 ? milliseconds(ms) : `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** A large number in few digits: 1.2 M. */
export function short(value: number): string {
  if (value < 10_000) return count(value);
  const [unit, size] = value < 1e6 ? ['k', 1e3] : value < 1e9 ? ['M', 1e6] : ['G', 1e9];
  return `${trimmed(value / Number(size))} ${unit}`;
}

/** A quantity in the unit that the API names. */
export function quantity(value: number, unit: string): string {
  if (unit === 'bytes') return bytes(value);
  if (unit === 'ms') return milliseconds(value);
  return short(value);
}

/** An RFC 3339 time in the reader's own zone. */
export function time(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : timeFormat.format(date);
}

/** The local time of a field as the API takes it. */
export function utc(local: string): string | undefined {
  const date = new Date(local);
  return local === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

/** The time of day, to the millisecond. */
export function clock(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : clockFormat.format(date);
}

export function ago(text: string, now = Date.now()): string {
  const seconds = (new Date(text).getTime() - now) / 1000;
  const size = Math.abs(seconds);
  if (Number.isNaN(size)) return text;
  if (size < 60) return relative.format(Math.round(seconds), 'second');
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

/** `out_of_fuel` as "out of fuel". */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

function trimmed(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(value >= 10 ? 1 : 2)));
}

/** A piece of a text: as it is, or a character that would not show or would change how its neighbours show. */
export interface Piece {
  text: string;
  /** The code point, `U+202E`, of a character that stands for itself no longer. */
  hidden?: string;
}

// Controls but tab and line feed, bidirectional and zero-width characters, line and paragraph separators, fillers,
// variation selectors' and tags' plane, and halves of a pair.
const HIDDEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]|\p{Surrogate}/gu;

/** What a hook, a user or another system wrote, in pieces that can be shown without harm. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push(shownInstead(match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** The same as plain text, for attributes and titles. */
export function visible(text: string): string {
  return pieces(text).map((piece) => piece.text).join('');
}

function shownInstead(character: string): Piece {
  const code = character.codePointAt(0) ?? 0;
  const hidden = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (code < 0x20) return { text: String.fromCodePoint(0x2400 + code), hidden };
  if (code === 0x7f) return { text: '\u2421', hidden };
  return { text: `‹${hidden}›`, hidden };
}
