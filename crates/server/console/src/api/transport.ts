/** How calls go to the daemon and how their failures come back. */

import { endSession, token } from '../session';

/** The API said no, or could not be reached (then `status` is 0). */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Options {
  body?: unknown;
  signal?: AbortSignal | undefined;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  /** Instead of the session's. */
  token?: string;
}

export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers = new Headers({ ...options.headers, authorization: `Bearer ${options.token ?? token()}` });
  let body: BodyInit | null = null;
  if (options.body instanceof Blob) {
    headers.set('content-type', 'application/wasm');
    body = options.body;
  } else if (options.body !== undefined) {
    headers.set('content-type', 'application/json');
    body = JSON.stringify(options.body);
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const address = query.size > 0 ? `${path}?${query}` : path;
  let response: Response;
  try {
    response = await fetch(address, { method, headers, body, signal: options.signal ?? null, cache: 'no-store' });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiFailure(0, 'unreachable', 'The daemon cannot be reached. Is it running? Try again when it is.');
  }
  if (response.ok) return response;
  const failure = await readFailure(response);
  if (response.status === 401 && options.token === undefined) endSession('Your token is not valid any more. Sign in again.');
  throw failure;
}

async function readFailure(response: Response): Promise<ApiFailure> {
  const body = (await response.json().catch(() => null)) as { message?: string; errorCode?: string } | null;
  const wait = response.headers.get('retry-after');
  const message = body?.message ?? `The daemon answered ${response.status}.`;
  return new ApiFailure(response.status, body?.errorCode ?? 'unknown', wait ? `${message} (try again in ${wait} s)` : message);
}

export async function call<T>(method: string, path: string, options?: Options): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
