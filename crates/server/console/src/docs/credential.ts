/** The token that calls of this page are sent with. The one of the console in this tab is there already. */

import { State } from '../state';

export const token = new State(ofConsole());

function ofConsole(): string {
  try {
    return sessionStorage.getItem('hookbox.token') ?? '';
  } catch {
    return '';
  }
}
