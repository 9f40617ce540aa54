/** One call of the API: what it takes, what it answers, and a form to send it. */

import { Badge } from './badge';
import { type Api, type Call, answers, credential } from './document';
import { Line, Prose } from './prose';
import { SchemaTable } from './schema';
import { TryIt } from './try-it';

export function OperationCard({ api, call, isOpen, onToggle }: { api: Api; call: Call; isOpen: boolean; onToggle: (open: boolean) => void }) {
  const { operation } = call;
  return (
    <details class="card operation" id={operation.operationId} open={isOpen} onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary>
        <Badge method={call.method} />
        <code>{call.path}</code>
        <span class="faint">
          <Line text={operation.summary} />
        </span>
      </summary>
      {isOpen && <Details api={api} call={call} />}
    </details>
  );
}

function Details({ api, call }: { api: Api; call: Call }) {
  const { operation } = call;
  const body = Object.entries(operation.requestBody?.content ?? {}).find(([, content]) => content.schema);
  return (
    <div class="stack padded">
      {operation.description && <Prose text={operation.description} />}
      <p class="hint">{credential(operation)}</p>
      <TryIt api={api} call={call} />
      {body?.[1].schema && (
        <section class="stack">
          <h3>Body</h3>
          <SchemaTable api={api} schema={body[1].schema} />
        </section>
      )}
      <section class="stack">
        <h3>Answers</h3>
        {answers(api, operation).map(([status, response]) => {
          const schema = response.content?.['application/json']?.schema;
          return (
            <details class="answer">
              <summary>
                <span class={`badge ${status < '300' ? 'good' : status < '400' ? '' : 'bad'}`}>{status}</span>{' '}
                <Line text={response.description.split('\n')[0] ?? ''} />
              </summary>
              {response.description.includes('\n') && <Prose text={response.description} />}
              {schema ? <SchemaTable api={api} schema={schema} /> : <p class="hint">{Object.keys(response.content ?? {})[0] ?? 'No body.'}</p>}
            </details>
          );
        })}
      </section>
    </div>
  );
}
