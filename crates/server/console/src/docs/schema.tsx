/** A schema as a table of its members; those that are objects of their own open in place. */

import { type Api, type Schema, inWords, nameOf, resolved } from './document';
import { Line } from './prose';

/** Schemas may hold themselves: below so many levels only names are shown. */
const DEPTH = 5;

export function SchemaTable({ api, schema, depth = 0 }: { api: Api; schema: Schema; depth?: number }) {
  const inner = members(api, schema);
  if (inner.length === 0) return <p class="hint">{inWords(schema)}</p>;
  return (
    <ul class="members">
      {inner.map(([name, member, isRequired]) => (
        <li>
          <Member api={api} name={name} schema={member} isRequired={isRequired} depth={depth} />
        </li>
      ))}
    </ul>
  );
}

function Member({ api, name, schema, isRequired, depth }: { api: Api; name: string; schema: Schema; isRequired: boolean; depth: number }) {
  const description = schema.description ?? resolved(api, schema).description;
  const opens = depth < DEPTH && members(api, schema).length > 0;
  const head = (
    <>
      <code>{name}</code> <span class="faint">{inWords(schema)}</span> {isRequired && <span class="badge">required</span>}
    </>
  );
  return (
    <>
      {opens ? (
        <details>
          <summary>{head}</summary>
          <SchemaTable api={api} schema={schema} depth={depth + 1} />
        </details>
      ) : (
        <div>{head}</div>
      )}
      {description && (
        <p class="hint">
          <Line text={description} />
        </p>
      )}
    </>
  );
}

/** The members of an object, of the rows of an array, or of the choices that there are. */
function members(api: Api, schema: Schema): [name: string, schema: Schema, isRequired: boolean][] {
  const found = resolved(api, schema);
  if (found.items) return members(api, found.items);
  if (found.allOf) return found.allOf.flatMap((one) => members(api, one));
  if (found.oneOf) {
    const named = found.oneOf.filter((one) => one.type !== 'null');
    const [only] = named;
    if (named.length === 1 && only) return members(api, only);
    return named.filter((one) => nameOf(one) !== undefined || one.items).flatMap((one) => [[`as ${inWords(one)}`, one, false] as [string, Schema, boolean]]);
  }
  return Object.entries(found.properties ?? {}).map(([name, member]) => [name, member, found.required?.includes(name) ?? false]);
}
