/** A call that somebody put together in a form: as a request, and as a line for the shell. */

import type { Call } from './document';

export interface Filled {
  call: Call;
  /** Parameters by place and name; what is empty is left out. */
  values: Record<string, string>;
  contentType: string | undefined;
  body: string | File | undefined;
}

export function keyOf(parameter: { in: string; name: string }): string {
  return `${parameter.in} ${parameter.name}`;
}

/** The address with its parameters. */
export function address({ call, values }: Filled): string {
  const parameters = call.operation.parameters ?? [];
  const value = (parameter: { in: string; name: string }) => values[keyOf(parameter)] ?? '';
  const path = call.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value({ in: 'path', name })));
  const query = new URLSearchParams();
  for (const parameter of parameters) {
    if (parameter.in === 'query' && value(parameter) !== '') query.set(parameter.name, value(parameter));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

export function headers({ call, values, contentType }: Filled): [name: string, value: string][] {
  const own = (call.operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'header')
    .map((parameter): [string, string] => [parameter.name, values[keyOf(parameter)] ?? ''])
    .filter(([, value]) => value !== '');
  return contentType === undefined ? own : [...own, ['content-type', contentType]];
}

export function send(filled: Filled, token: string, signal: AbortSignal): Promise<Response> {
  const all = headers(filled);
  if (token !== '' && filled.call.operation.security?.length) all.push(['authorization', `Bearer ${token}`]);
  return fetch(address(filled), {
    method: filled.call.method.toUpperCase(),
    headers: all,
    body: filled.body ?? null,
    signal,
    credentials: 'omit',
    cache: 'no-store',
  });
}

/** The same for a terminal. The token is a variable there: a command line is kept in too many places. */
export function curl(filled: Filled): string {
  const { call, body } = filled;
  const parts = [`curl -sS -X ${call.method.toUpperCase()} "$HOOKBOX_URL"${quoted(address(filled))}`];
  if (call.operation.security?.length) parts.push('-H "authorization: Bearer $HOOKBOX_TOKEN"');
  for (const [name, value] of headers(filled)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body instanceof File) parts.push(`--data-binary ${quoted(`@${body.name}`)}`);
  else if (body !== undefined) parts.push(`-d ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
