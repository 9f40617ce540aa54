/** A form that sends a call, and what came back. */

import { useRef, useState } from 'preact/hooks';
import { useValue } from '../state';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { ErrorNotice } from '../ui/notice';
import { Shown } from '../ui/shown';
import { token } from './credential';
import { type Api, type Call, type Parameter, type Schema, inWords, resolved, sample } from './document';
import { Line } from './prose';
import { type Filled, curl, keyOf, send } from './request';

/** The most of an answer that is shown; a stream has no end. */
const SHOWN_MAX = 256 * 1024;

interface Came {
  status: string;
  isGood: boolean;
  headers: [string, string][];
  ms: number;
  text: string;
}

export function TryIt({ api, call }: { api: Api; call: Call }) {
  const content = call.operation.requestBody?.content ?? {};
  const contentTypes = Object.keys(content);
  const [values, setValues] = useState<Record<string, string>>({});
  const [contentType, setContentType] = useState(contentTypes[0]);
  const [text, setText] = useState(() => firstBody(api, content[contentTypes[0] ?? '']?.schema));
  const [file, setFile] = useState<File>();
  const credential = useValue(token);
  const { came, error, isBusy, start, stop } = useSending();

  const isText = contentType === undefined || isTextType(contentType);
  const body = contentType === undefined ? undefined : isText ? text : file;
  const filled: Filled = { call, values, contentType, body };
  return (
    <form
      class="stack"
      aria-label={`Try ${call.operation.operationId}`}
      onSubmit={(event) => {
        event.preventDefault();
        void start((signal) => send(filled, credential, signal));
      }}
    >
      {call.operation.parameters?.map((parameter) => (
        <ParameterField
          api={api}
          parameter={parameter}
          value={values[keyOf(parameter)] ?? ''}
          onChange={(value) => setValues({ ...values, [keyOf(parameter)]: value })}
        />
      ))}
      {contentTypes.length > 1 && (
        <Field label="Content type">
          {(ids) => (
            <select {...ids} value={contentType} onChange={(event) => setContentType(event.currentTarget.value)}>
              {contentTypes.map((type) => (
                <option value={type}>{type}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      {contentType !== undefined && (
        <Field label={isText ? 'Body' : 'Body, from a file'} hint={call.operation.requestBody?.description}>
          {(ids) =>
            isText ? (
              <textarea
                {...ids}
                spellcheck={false}
                rows={Math.min(16, text.split('\n').length + 1)}
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            ) : (
              <input {...ids} type="file" onChange={(event) => setFile(event.currentTarget.files?.[0])} />
            )
          }
        </Field>
      )}
      <div class="send">
        <Button type="submit" kind="primary" icon="play" busy={isBusy}>
          Send
        </Button>
        {isBusy && <Button onClick={stop}>Stop</Button>}
      </div>
      <details>
        <summary>As a command</summary>
        <pre tabIndex={0}>{curl(filled)}</pre>
      </details>
      <ErrorNotice error={error} />
      <div aria-live="polite">{came && <Answer came={came} />}</div>
    </form>
  );
}

function ParameterField({ api, parameter, value, onChange }: { api: Api; parameter: Parameter; value: string; onChange: (value: string) => void }) {
  const schema = resolved(api, parameter.schema);
  const choices = schema.enum ?? (schema.type === 'boolean' ? [true, false] : undefined);
  const place = parameter.in === 'header' ? ' (header)' : '';
  const example = parameter.example ?? schema.examples?.[0] ?? schema.example;
  const hint = (
    <>
      {parameter.description && <Line text={`${parameter.description} `} />}
      {!choices && inWords(parameter.schema)}
    </>
  );
  return (
    <Field label={`${parameter.name}${place}`} hint={hint}>
      {(ids) =>
        choices ? (
          <select {...ids} required={parameter.required} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
            <option value="">{parameter.required ? 'Choose one' : 'Left out'}</option>
            {choices.map((choice) => (
              <option value={String(choice)}>{String(choice)}</option>
            ))}
          </select>
        ) : (
          <input
            {...ids}
            required={parameter.required}
            spellcheck={false}
            autocomplete="off"
            placeholder={example === undefined ? undefined : String(example)}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        )
      }
    </Field>
  );
}

function Answer({ came }: { came: Came }) {
  return (
    <div class="stack">
      <p>
        <span class={`badge ${came.isGood ? 'good' : 'bad'}`}>{came.status}</span> <span class="faint">after {came.ms} ms</span>
      </p>
      <details>
        <summary>Headers</summary>
        <pre tabIndex={0}>{came.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre>
      </details>
      {came.text !== '' && (
        <pre class="body" tabIndex={0} aria-label="Body of the answer">
          <Shown text={came.text} />
        </pre>
      )}
    </div>
  );
}

/** Sends one call at a time, and shows an answer as it comes. */
function useSending() {
  const [came, setCame] = useState<Came>();
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  const running = useRef<AbortController>(undefined);

  async function start(call: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setError(undefined);
    setCame(undefined);
    try {
      const started = performance.now();
      const response = await call(controller.signal);
      const answer: Came = {
        status: `${response.status} ${response.statusText}`.trim(),
        isGood: response.ok,
        headers: [...response.headers],
        ms: Math.round(performance.now() - started),
        text: '',
      };
      setCame(answer);
      for await (const text of textOf(response)) setCame({ ...answer, text });
    } catch (failure) {
      if (!controller.signal.aborted) setError(failure instanceof Error ? failure : new Error(String(failure)));
    } finally {
      if (running.current === controller) setBusy(false);
    }
  }

  return { came, error, isBusy, start, stop: () => running.current?.abort() };
}

/** What has come of a body until now, again and again; JSON is laid out once it is whole. */
async function* textOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
    if (text.length > SHOWN_MAX) {
      await reader.cancel();
      yield `${text.slice(0, SHOWN_MAX)}\n… the rest is not shown`;
      return;
    }
    yield text;
  }
  yield laidOut(text);
}

function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function firstBody(api: Api, schema: Schema | undefined): string {
  return schema ? JSON.stringify(sample(api, schema), null, 2) : '';
}

function isTextType(contentType: string): boolean {
  return contentType.startsWith('text/') || /json|x-www-form-urlencoded/.test(contentType);
}
