/** What an event is about, in a line. */

import type { Event, Json } from './api';

/** The user's mail address, name or id, whichever there is. */
export function subjectOf(event: Event): string {
  return member(event.user, 'email') ?? member(event.user, 'username') ?? member(event.user, 'id') ?? 'unknown';
}

function member(value: Json, name: string): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const found = value[name];
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Whether something of it is still to happen. */
export function isOpen(event: Event): boolean {
  return event.deliveries.some((delivery) => delivery.state === 'pending' || delivery.state === 'leased');
}
