/** The method of a call, in the colour of what it does. */

const KINDS: Record<string, string> = { get: 'idle', post: 'good', put: 'warn', patch: 'warn', delete: 'bad' };

export function Badge({ method }: { method: string }) {
  return <span class={`badge method ${KINDS[method] ?? 'idle'}`}>{method.toUpperCase()}</span>;
}
