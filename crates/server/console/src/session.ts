/** Who is signed in. The token lives as long as the browser's tab, and is never part of an address for longer than a moment. */

import { ApiFailure, api, type Trigger, type Triggers } from './api';
import { State, useValue } from './state';

const TOKEN = 'hookbox.token';

export type Session =
  | { kind: 'none'; message?: string }
  | { kind: 'checking' }
  | ({ kind: 'tenant' } & Triggers)
  | { kind: 'operator' };

export const session = new State<Session>({ kind: 'none' });

let current = '';

export function token(): string {
  return current;
}

/** Signs in with the token of the address's fragment, or with the one of this tab. */
export function resume(): void {
  const found = takeToken() ?? stored();
  if (found) void signIn(found);
  // A sign-in link that is opened in a tab with the console in it changes the fragment, and loads nothing.
  addEventListener('hashchange', () => {
    const given = takeToken();
    if (given) void signIn(given);
  });
}

/** The token of the address, which loses it. */
function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) history.replaceState(history.state, '', location.pathname + location.search);
  return given;
}

/** Asks the daemon whose token that is. */
export async function signIn(candidate: string): Promise<void> {
  session.set({ kind: 'checking' });
  try {
    const found = await whose(candidate);
    current = candidate;
    store(candidate);
    session.set(found);
  } catch (error) {
    const refused = error instanceof ApiFailure && error.status === 401;
    // A daemon that cannot be reached just now does not make the token wrong.
    if (refused) store(null);
    const message = refused ? 'The daemon does not know this token.' : error instanceof Error ? error.message : String(error);
    session.set({ kind: 'none', message });
  }
}

async function whose(candidate: string): Promise<Session> {
  try {
    return { kind: 'tenant', ...(await api.triggers(undefined, candidate)) };
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
    await api.tenants(undefined, candidate);
    return { kind: 'operator' };
  }
}

export function endSession(message?: string): void {
  current = '';
  store(null);
  session.set(message === undefined ? { kind: 'none' } : { kind: 'none', message });
}

function stored(): string | null {
  try {
    return sessionStorage.getItem(TOKEN);
  } catch {
    return null;
  }
}

function store(value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, value);
  } catch {
    // Without storage the session ends with the page.
  }
}

/** The triggers of this daemon; empty for the operator, who has no hooks. */
export function useTriggers(): Trigger[] {
  const who = useValue(session);
  return who.kind === 'tenant' ? who.triggers : [];
}

/** What a script can require. */
export function useModules(): string[] {
  const who = useValue(session);
  return who.kind === 'tenant' ? who.modules : [];
}
