/** Runs a hook, saved or not, on a sample event. Nothing of it is kept by the daemon; the browser keeps the samples. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Fields, type Hook, type RunnerReport, type RunnerRequest } from '../../api';
import { Editor } from '../../editor/lazy';
import { keep, kept } from '../../keep';
import { useAction, useLoad } from '../../load';
import { useTriggers } from '../../session';
import { words } from '../../text';
import { Button } from '../../ui/button';
import { ExecutionDetails } from '../../ui/execution';
import { Field } from '../../ui/field';
import { ErrorNotice } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Shown } from '../../ui/shown';

/** What runs: what is live, or what is not deployed. */
export type Subject = { kind: 'saved' } | { kind: 'script'; script: string } | { kind: 'module'; file: File };

interface Props {
  hook: Hook;
  isUnsaved: boolean;
  /** Asked when a run begins. */
  subject: () => Subject;
  secretNames: string[];
  /** Gets the function that starts a run, for shortcuts. */
  start: { current: (() => void) | undefined };
  onReport?: (report: RunnerReport | undefined) => void;
}

interface Sample {
  text: string;
  at: string;
}

const SAMPLES_KEPT = 10;

export function Runner({ hook, isUnsaved, subject, secretNames, start, onReport }: Props) {
  const trigger = useTriggers().find((one) => one.name === hook.trigger);
  const original = JSON.stringify(trigger?.sample ?? {}, null, 2);
  // By hook and not by trigger: tenants may share a browser, and samples hold what people typed in.
  const place = `samples.${hook.id}`;
  const [samples, setSamples] = useState(() => kept<Sample[]>(place) ?? []);
  const [text, setText] = useState(() => samples[0]?.text ?? original);
  const [trial, setTrial] = useState<Record<string, string>>({});
  const [report, setReport] = useState<RunnerReport>();
  const settings = useLoad((signal) => api.settings(hook.id, signal), [hook.id]);
  const action = useAction();
  const latest = useRef(text);
  latest.current = text;
  const edit = (written: string) => {
    latest.current = written;
    setText(written);
  };

  const remember = (text: string) => {
    const rest = samples.filter((sample) => sample.text !== text);
    const next = [{ text, at: new Date().toISOString() }, ...rest].slice(0, SAMPLES_KEPT);
    setSamples(next);
    keep(place, next);
  };

  const run = () =>
    void action.run(async () => {
      const input = parseSample(latest.current);
      remember(latest.current);
      setReport(undefined);
      onReport?.(undefined);
      const chosen = subject();
      const request: RunnerRequest = { trigger: hook.trigger, input, ...(await part(chosen, hook.id)) };
      if (chosen.kind !== 'saved') {
        request.secrets = Object.fromEntries(Object.entries(trial).filter(([name, value]) => value !== '' && secretNames.includes(name)));
        if (settings.data) request.limits = settings.data.limits;
      }
      const answer = await api.run(request);
      setReport(answer);
      onReport?.(answer);
    });

  useEffect(() => {
    start.current = run;
  });

  return (
    <section class="card runner" aria-labelledby="runner">
      <header class="card-header">
        <h2 id="runner">Runner</h2>
        <span class="faint">{isUnsaved ? 'Runs what you wrote' : `Runs version ${hook.version}`}</span>
        <div class="actions">
          <Button kind="primary" icon="play" busy={action.busy} onClick={run} title="Run (Ctrl Enter)">
            Run
          </Button>
        </div>
      </header>
      <div class="sample">
        <div class="sample-header">
          <h3>Sample event</h3>
          {samples.length > 0 && (
            <label class="inline">
              <span>Earlier samples</span>
              <select
                value={String(samples.findIndex((sample) => sample.text === text))}
                onChange={(event) => edit(samples[Number(event.currentTarget.value)]?.text ?? text)}
              >
                <option value="-1">as edited</option>
                {samples.map((sample, index) => (
                  <option value={String(index)}>{nameOf(sample)}</option>
                ))}
              </select>
            </label>
          )}
          {text !== original && <Button onClick={() => edit(original)}>Reset</Button>}
        </div>
        <Editor label="Sample event" language="json" value={text} onChange={edit} onRun={run} />
      </div>
      {isUnsaved && secretNames.length > 0 && <TrialSecrets names={secretNames} values={trial} onChange={setTrial} />}
      <ErrorNotice error={action.error} />
      <div class="report" role="region" aria-label="Result" aria-live="polite" aria-busy={action.busy}>
        {action.busy && <p class="loading">Running…</p>}
        {!action.busy && !report && <p class="faint">The result appears here: value or error, log lines, outgoing calls, and what the run used.</p>}
        {report && <Report report={report} limits={settings.data?.limits} />}
      </div>
    </section>
  );
}

function Report({ report, limits }: { report: RunnerReport; limits: Record<string, number> | undefined }) {
  return (
    <>
      <p class="outcome">
        <Badge name={report.outcome} />
        <span class="visually-hidden">The run ended: {words(report.outcome)}.</span>
      </p>
      {report.outcome === 'completed' && report.value !== null && (
        <section>
          <h3>Value</h3>
          <pre tabIndex={0} role="group" aria-label="Value">
            <Shown text={JSON.stringify(report.value, null, 2)} />
          </pre>
        </section>
      )}
      <ExecutionDetails run={report} limits={limits} />
    </>
  );
}

/** Stored values never leave the daemon for code that is not deployed: a trial takes values of its own. */
function TrialSecrets({ names, values, onChange }: { names: string[]; values: Record<string, string>; onChange: (values: Record<string, string>) => void }) {
  return (
    <details class="trial">
      <summary>Secrets for this trial</summary>
      <p class="hint">Code that is not deployed runs without the stored secrets. Give it values to try; they stay in this page.</p>
      {names.map((name) => (
        <Field key={name} label={name}>
          {(ids) => (
            <input
              {...ids}
              type="password"
              autocomplete="off"
              value={values[name] ?? ''}
              onInput={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
    </details>
  );
}

export function parseSample(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`The event is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('The event must be a JSON object.');
  return value as Fields;
}

function nameOf(sample: Sample): string {
  const email = /"(?:email|recipient|name)":\s*"([^"]{1,40})/.exec(sample.text)?.[1];
  return `${new Date(sample.at).toLocaleTimeString()}${email ? ` · ${email}` : ''}`;
}

async function part(subject: Subject, id: string): Promise<Pick<RunnerRequest, 'hook_id' | 'script' | 'module'>> {
  if (subject.kind === 'saved') return { hook_id: id };
  if (subject.kind === 'script') return { script: subject.script };
  const bytes = new Uint8Array(await subject.file.arrayBuffer());
  let text = '';
  // In parts: a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 8192) text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return { module: btoa(text) };
}
