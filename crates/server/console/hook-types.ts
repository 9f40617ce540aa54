/**
 * What the editor completes, read from the type definitions that hook authors use: `guest-sdk/js/*.d.ts`.
 *
 * `import types from 'virtual:hook-types'` gives a `HookTypes` (see `src/editor/hook-types.d.ts`).
 */

import { parseSync, type Plugin } from 'vite';
import type { HookTypes, Member, Members } from './src/editor/hook-types';

const NAME = 'virtual:hook-types';
const FILES = ['index.d.ts', 'globals.d.ts', 'modules.d.ts'];

/** A node of the syntax tree; which members it has depends on its type. */
type Node = any;

export function hookTypes(folder: string, read: (path: string) => string): Plugin {
  return {
    name: 'hook-types',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const found: HookTypes = { triggers: {}, types: {}, globals: {}, modules: {} };
      for (const file of FILES) {
        const path = `${folder}/${file}`;
        this.addWatchFile(path);
        new Reader(read(path), path, found).read();
      }
      bind(found);
      if (Object.keys(found.triggers).length === 0) throw new Error(`${folder}: no trigger is described in ${FILES[0]}`);
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(found))})`;
    },
  };
}

/** Puts whole names in the place of those that are meant inside of a namespace or a module; others stand for no members. */
function bind({ triggers, types, globals, modules }: HookTypes): void {
  for (const members of [globals, ...Object.values(types), ...Object.values(modules), ...Object.values(triggers)]) {
    for (const member of Object.values(members) as (Member & { scope?: string })[]) {
      const { of, scope = '' } = member;
      delete member.scope;
      if (of === undefined) continue;
      const whole = [scope + of, of].find((name) => name in types);
      if (whole === undefined) delete member.of;
      else member.of = whole;
    }
  }
}

class Reader {
  /** What the names of types begin with: those of a namespace, of a module, or of everybody. */
  #scope = '';
  readonly #program: Node;
  readonly #comments: Node[];

  constructor(
    private readonly source: string,
    path: string,
    private readonly found: HookTypes,
  ) {
    const { program, comments, errors } = parseSync(path, source);
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
    this.#program = program;
    this.#comments = comments;
  }

  read(): void {
    for (const node of this.#program.body) this.#top(node, this.found.globals);
  }

  #top(node: Node, scope: Members): void {
    switch (node.type) {
      case 'TSModuleDeclaration': {
        const isModule = node.id.type === 'Literal';
        const own: Members = {};
        this.#scope = isModule ? `${node.id.value}/` : `${node.id.name}.`;
        for (const inner of node.body?.body ?? []) this.#top(inner, isModule ? own : scope);
        this.#scope = '';
        if (isModule) this.found.modules[node.id.value] = own;
        return;
      }
      case 'TSInterfaceDeclaration':
        this.#type(node.id.name, { ...this.#inherited(node), ...this.#members(node.body.body, node.id.name) });
        return;
      case 'TSTypeAliasDeclaration':
        this.#trigger(node);
        return;
      case 'ClassDeclaration':
        this.#type(node.id.name, this.#members(node.body.body, node.id.name));
        scope[node.id.name] = this.#member(node, 'class', node.id.name);
        return;
      case 'TSDeclareFunction':
        scope[node.id.name] ??= this.#member(node, 'function', this.#signature(node));
        return;
      case 'VariableDeclaration':
        for (const { id } of node.declarations) scope[id.name] = this.#typed(node, id.typeAnnotation, id.name);
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration) this.#top(node.declaration, scope);
        return;
      default:
    }
  }

  #type(name: string, members: Members): void {
    this.found.types[this.#scope + name] = { ...this.found.types[this.#scope + name], ...members };
  }

  /** `type PostChangePassword = Hook<[user: User, …]>` says what a trigger's function is called with. */
  #trigger(node: Node): void {
    const type = node.typeAnnotation;
    if (type.typeName?.name !== 'Hook' || type.typeArguments?.params[0]?.type !== 'TSTupleType') return;
    const trigger = node.id.name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
    this.found.triggers[trigger] = type.typeArguments.params[0].elementTypes.map((part: Node) => ({
      name: part.label.name,
      ...this.#typed(part, part.elementType, part.label.name),
    }));
  }

  #inherited(node: Node): Members {
    const all: Members = {};
    for (const { expression, typeArguments } of node.extends ?? []) {
      const isOmit = expression.name === 'Omit';
      const name = isOmit ? typeArguments.params[0].typeName.name : expression.name;
      const base = this.found.types[this.#scope + name] ?? this.found.types[name] ?? {};
      const omitted = isOmit ? typeArguments.params[1].literal?.value : undefined;
      for (const [inherited, member] of Object.entries(base)) if (inherited !== omitted) all[inherited] = { ...member };
    }
    return all;
  }

  #members(nodes: Node[], owner: string): Members {
    const all: Members = {};
    for (const node of nodes) {
      const name = node.key?.name ?? node.key?.value;
      if (typeof name !== 'string' || name === 'constructor' || node.computed || node.static) continue;
      if (node.type === 'TSMethodSignature' || node.type === 'MethodDefinition' || node.type === 'TSAbstractMethodDefinition') {
        all[name] ??= this.#member(node, 'function', this.#signature(node.value ?? node));
      } else {
        all[name] = this.#typed(node, node.typeAnnotation, `${owner}.${name}`);
      }
    }
    return all;
  }

  /** A thing with a type. A type that is written out gets a name of its own. */
  #typed(node: Node, annotation: Node, name: string): Member {
    const type = annotation?.type === 'TSTypeAnnotation' ? annotation.typeAnnotation : annotation;
    if (!type) return this.#member(node, 'property', 'any');
    if (type.type === 'TSTypeLiteral') {
      this.#type(name, this.#members(type.members, name));
      return { ...this.#member(node, 'property', 'object'), of: name };
    }
    const text = this.#text(type);
    const member = this.#member(node, type.type === 'TSFunctionType' ? 'function' : 'property', text);
    return type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' ? { ...member, of: type.typeName.name } : member;
  }

  #member(node: Node, kind: Member['kind'], type: string): Member & { scope?: string } {
    const about = this.#about(node.start);
    return { kind, type, ...(about === undefined ? {} : { about }), ...(this.#scope === '' ? {} : { scope: this.#scope }) };
  }

  #signature(node: Node): string {
    const parameters = node.params?.items ?? node.params ?? [];
    const result = node.returnType ? `: ${this.#text(node.returnType.typeAnnotation)}` : '';
    return `(${parameters.map((one: Node) => this.#text(one)).join(', ')})${result}`;
  }

  #text(node: Node): string {
    return this.source.slice(node.start, node.end).replace(/\s+/g, ' ');
  }

  /** The comment that ends where a node begins. */
  #about(start: number): string | undefined {
    const comment = this.#comments.findLast((one) => one.end <= start);
    if (comment?.type !== 'Block' || !comment.value.startsWith('*') || this.source.slice(comment.end, start).replace('declare', '').trim() !== '') return undefined;
    return comment.value.replace(/^\*/, '').replace(/\n\s*\* ?/g, ' ').trim();
  }
}
