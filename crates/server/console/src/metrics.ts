/** The daemon's figures, out of the text that it gives to Prometheus. */

/** The sum of a metric's samples, of those with `labels` in them where that is given. Names come with a prefix. */
export function sum(text: string, name: string, labels = ''): number {
  let total = 0;
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)/.exec(line);
    if (!match || (match[1] !== name && match[1] !== `hookbox_${name}`)) continue;
    if ((match[2] ?? '').includes(labels)) total += Number(match[3]);
  }
  return total;
}
