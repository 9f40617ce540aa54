/** A file for the person at the browser: text, line by line, named with the time. */

export function save(name: string, extension: string, lines: string[]): void {
  const address = URL.createObjectURL(new Blob([lines.join('\n'), '\n'], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.${extension}`;
  link.click();
  URL.revokeObjectURL(address);
}
