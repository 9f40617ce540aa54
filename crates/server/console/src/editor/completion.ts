/** What an author may want to write next: the parts of the event, the hook's secrets, the built-in modules. */

import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { Fields, Json } from '../api';

/** What there is to complete. */
export interface Known {
  /** The trigger's sample: what the hook's arguments look like. */
  sample: Fields;
  secrets: string[];
}

/** The built-in modules that hooks ask for most; a script may require others. */
const MODULES = [
  ...['assert', 'auth0', 'aws-sdk', 'axios', 'bluebird', 'buffer', 'crypto', 'events', 'form-data', 'got', 'http', 'https'],
  ...['jsonwebtoken', 'lodash', 'ms', 'node-fetch', 'path', 'qs', 'querystring', 'request', 'request-promise', 'slack-notify'],
  ...['stream', 'string_decoder', 'superagent', 'timers', 'twilio', 'unirest', 'url', 'util', 'uuid', 'zlib'],
];

const GLOBALS: Completion[] = ['console', 'module', 'require', 'setTimeout', 'clearTimeout', 'Buffer', 'URL'].map((label) => ({
  label,
  type: 'variable',
}));

export function complete(known: () => Known | undefined) {
  return (context: CompletionContext): CompletionResult | null => {
    const module = context.matchBefore(/require\(\s*['"][\w:/.@-]*/);
    if (module) {
      const from = module.from + module.text.search(/['"]/) + 1;
      return { from, options: MODULES.map((label) => ({ label, type: 'module' })), validFor: /^[\w:/.@-]*$/ };
    }
    const path = context.matchBefore(/[\w$]+(?:\??\.[\w$]*)+/);
    const facts = known();
    if (path && facts) {
      const names = path.text.split(/\??\./);
      const members = membersOf(names.slice(0, -1), facts);
      const from = path.to - (names.at(-1)?.length ?? 0);
      return members ? { from, options: members, validFor: /^[\w$]*$/ } : null;
    }
    const word = context.matchBefore(/[\w$]+/);
    if (!word && !context.explicit) return null;
    return { from: word?.from ?? context.pos, options: GLOBALS, validFor: /^[\w$]*$/ };
  };
}

function membersOf(path: string[], known: Known): Completion[] | undefined {
  if (path[0] === 'console') return ['log', 'info', 'warn', 'error', 'debug'].map((label) => ({ label, type: 'function' }));
  const context = typeof known.sample['context'] === 'object' ? known.sample['context'] : {};
  const secrets = Object.fromEntries(known.secrets.map((name) => [name, 'string']));
  let value: Json | undefined = {
    ...known.sample,
    context: { ...(context as Fields), webtask: { secrets, event: { id: '', attempt: 1, initiated_by: '' } } },
  };
  for (const name of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = value[name];
  }
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.entries(value).map(([label, member]) => ({
    label,
    type: 'property',
    detail: Array.isArray(member) ? 'array' : typeof member,
  }));
}
