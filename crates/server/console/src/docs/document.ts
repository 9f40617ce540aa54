/** The OpenAPI document, as far as this page reads it, and what follows from it. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  oneOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
  examples?: unknown[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  description?: string;
  required?: boolean;
  schema: Schema;
  example?: unknown;
}

export type Content = Record<string, { schema?: Schema; examples?: Record<string, { $ref?: string }> }>;

export interface Response {
  $ref?: string;
  description: string;
  content?: Content;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { description?: string; content: Content };
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
}

export interface Api {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

/** An operation with where it is. */
export interface Call {
  method: string;
  path: string;
  operation: Operation;
}

export interface Group {
  name: string;
  description: string;
  calls: Call[];
}

export function groups(api: Api): Group[] {
  const calls = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  return api.tags
    .map(({ name, description }) => ({ name, description, calls: calls.filter((call) => call.operation.tags.includes(name)) }))
    .filter((group) => group.calls.length > 0);
}

/** Whether a call is one that somebody who typed that looks for: each word is in its address, name, summary or group. */
export function isSought({ method, path, operation }: Call, words: string): boolean {
  const text = [method, path, operation.operationId, operation.summary, ...operation.tags].join(' ').toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** The name of a schema that is described under a name of its own. */
export function nameOf(schema: Schema): string | undefined {
  return schema.$ref?.split('/').pop();
}

export function resolved(api: Api, schema: Schema): Schema {
  const name = nameOf(schema);
  const found = name === undefined ? undefined : api.components.schemas[name];
  return found ? { ...found, ...(schema.description === undefined ? {} : { description: schema.description }) } : schema;
}

/** What a call answers; what several calls answer is described once, under a name. */
export function answers(api: Api, operation: Operation): [status: string, response: Response][] {
  return Object.entries(operation.responses).map(([status, response]) => {
    const name = response.$ref?.split('/').pop();
    return [status, (name === undefined ? undefined : api.components.responses[name]) ?? response];
  });
}

/** Whose credential a call takes, in words, with the scopes of which one is enough. */
export function credential(operation: Operation): string {
  const requirements = operation.security ?? [];
  const ofTenant = requirements.filter((requirement) => 'token' in requirement);
  const scopes = ofTenant.flatMap((requirement) => requirement['token'] ?? []);
  const isOperators = requirements.some((requirement) => 'operator' in requirement);
  const words = [];
  if (ofTenant.length > 0) words.push(scopes.length > 0 ? `a tenant's token with ${scopes.join(' or ')}` : "any tenant's token");
  if (isOperators) words.push("the operator's token");
  return words.length > 0 ? `Takes ${words.join(', or ')}.` : 'Takes no credential.';
}

/** A schema in a few words: its type, its name, its bounds. */
export function inWords(schema: Schema): string {
  const name = nameOf(schema);
  if (name !== undefined) return name;
  const choices = schema.oneOf ?? schema.allOf;
  if (choices) return choices.map(inWords).join(schema.oneOf ? ' or ' : ' and ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  const types = [schema.type ?? 'anything'].flat();
  if (types.includes('array') && schema.items) return `array of ${inWords(schema.items)}`;
  const members = schema.additionalProperties;
  if (types.includes('object') && typeof members === 'object' && Object.keys(members).length > 0) return `object of ${inWords(members)}`;
  return [types.join(' or '), bounds(schema)].filter(Boolean).join(', ');
}

function bounds({ minimum, maximum, minLength, maxLength, format }: Schema): string {
  const words = [];
  if (minimum !== undefined && maximum !== undefined) words.push(`${minimum} to ${maximum}`);
  else if (minimum !== undefined && minimum !== 0) words.push(`at least ${minimum}`);
  if (maxLength !== undefined) words.push(`${minLength ?? 0} to ${maxLength} characters`);
  if (format === 'date-time') words.push('a time');
  return words.join(', ');
}

/** How deep a sample goes; deeper than that it would explain nothing. */
const SAMPLE_DEPTH = 6;

/** A value that fits a schema: its example where it has one. */
export function sample(api: Api, schema: Schema, depth = 0): unknown {
  const found = resolved(api, schema);
  if (found.example !== undefined) return found.example;
  if (found.examples?.length) return found.examples[0];
  if (found.enum) return found.enum[0];
  const choice = found.oneOf?.find((one) => one.type !== 'null');
  if (choice) return sample(api, choice, depth + 1);
  if (found.allOf) return Object.assign({}, ...found.allOf.map((one) => sample(api, one, depth + 1)));
  const type = [found.type ?? 'object'].flat().find((one) => one !== 'null');
  switch (type) {
    case 'array':
      return found.items && depth < SAMPLE_DEPTH ? [sample(api, found.items, depth + 1)] : [];
    case 'object': {
      if (depth >= SAMPLE_DEPTH) return {};
      const members = Object.entries(found.properties ?? {}).filter(([name]) => found.required?.includes(name));
      return Object.fromEntries(members.map(([name, member]) => [name, sample(api, member, depth + 1)]));
    }
    case 'string':
      return '';
    case 'boolean':
      return false;
    default:
      return found.minimum ?? 0;
  }
}
