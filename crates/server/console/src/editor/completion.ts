/**
 * What an author may want to write next: the trigger's arguments and their members, the hook's secrets, the built-in
 * modules and what is in them. All of it comes from the type definitions, the daemon, and the sample event.
 */

import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import types from 'virtual:hook-types';
import type { Json } from '../api';
import type { Member, Members } from './hook-types';

/** What there is to complete, beside what the type definitions say. */
export interface Known {
  trigger: string;
  /** The sample event as it is edited: it may have members that no definition names. */
  sample: Json;
  secrets: string[];
  /** What a script can require, as the daemon says. */
  modules: string[];
}

export function complete(known: () => Known | undefined) {
  return (context: CompletionContext): CompletionResult | null => {
    const facts = known();
    const module = context.matchBefore(/require\(\s*['"][\w:/.@-]*/);
    if (module) {
      const from = module.from + module.text.search(/['"]/) + 1;
      const options = (facts?.modules ?? []).map((label) => ({ label, type: 'namespace' }));
      return { from, options, validFor: /^[\w:/.@-]*$/ };
    }
    const script = context.state.doc.toString();
    const path = context.matchBefore(/[\w$]+(?:\??\.[\w$]*)+/);
    if (path) {
      const names = path.text.split(/\??\./);
      const options = facts ? membersAt(names.slice(0, -1), script, facts) : [];
      const from = path.to - (names.at(-1)?.length ?? 0);
      return options.length > 0 ? { from, options, validFor: /^[\w$]*$/ } : null;
    }
    const word = context.matchBefore(/[\w$]+/);
    if (!word && !context.explicit) return null;
    const options = [...argumentsOf(script, facts?.trigger).map(([name, member]) => shown(name, member)), ...all(types.globals)];
    return { from: word?.from ?? context.pos, options, validFor: /^[\w$]*$/ };
  };
}

/** The members of what a path such as `context.connection` stands for. */
function membersAt(path: string[], script: string, known: Known): Completion[] {
  const [first = '', ...rest] = path;
  const required = moduleNamed(first, script);
  if (required !== undefined) return rest.length === 0 ? all(types.modules[required] ?? types.modules[required.replace('node:', '')] ?? {}) : [];
  const named = argumentsOf(script, known.trigger);
  const index = named.findIndex(([name]) => name === first);
  const member = named[index]?.[1] ?? types.globals[first];
  if (!member) return [];
  if (path.slice(-2).join('.') === 'webtask.secrets') {
    return known.secrets.map((label) => ({ label, type: 'constant', detail: 'secret' }));
  }
  const options = all(rest.reduce<Members>((members, name) => membersOf(members[name]), membersOf(member)));
  const names = new Set(options.map((option) => option.label));
  const original = types.triggers[known.trigger]?.[index]?.name;
  const sampled = original === undefined ? undefined : rest.reduce<Json | undefined>(inside, inside(known.sample, original));
  const more = Object.keys(isObject(sampled) ? sampled : {}).filter((name) => !names.has(name));
  return [...options, ...more.map((label) => ({ label, type: 'property', detail: 'in the sample event' }))];
}

/** The arguments of the trigger under the names that the script gives them. */
function argumentsOf(script: string, trigger: string | undefined): [name: string, member: Member][] {
  const declared = types.triggers[trigger ?? ''] ?? [];
  const match = /module\.exports\s*=\s*(?:async\s+)?(?:function\s*[\w$]*\s*)?\(([^)]*)\)/.exec(script);
  const given = match?.[1]?.split(',').map((part) => /[\w$]+/.exec(part)?.[0] ?? '') ?? [];
  return declared.map((member, index) => [given[index] || member.name, member]);
}

/** The module that a variable of the script holds. */
function moduleNamed(name: string, script: string): string | undefined {
  for (const match of script.matchAll(/\b(?:const|let|var)\s+([\w$]+)\s*=\s*require\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    if (match[1] === name) return match[2];
  }
  return undefined;
}

function membersOf(member: Member | undefined): Members {
  return (member?.of && types.types[member.of]) || {};
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inside(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}

function all(members: Members): Completion[] {
  return Object.entries(members).map(([name, member]) => shown(name, member));
}

function shown(label: string, member: Member): Completion {
  const completion: Completion = { label, type: member.kind, detail: member.type.length > 60 ? `${member.type.slice(0, 58)} …` : member.type };
  return member.about === undefined ? completion : { ...completion, info: member.about };
}
