/** Runs a hook, saved or not, on a sample event. Nothing of it is kept by the daemon; the browser keeps the samples. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api, type Fields, type Hook, type Json, type RunnerReport, type RunnerRequest } from '../../api';
import { Editor } from '../../editor/lazy';
import { keep, kept } from '../../keep';
import { useAction, useLoad } from '../../load';
import { useTriggers } from '../../session';
import { words } from '../../text';
import { Button } from '../../ui/button';
import { ExecutionDetails } from '../../ui/execution';
import { ErrorNotice } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Shown } from '../../ui/shown';

/** What runs, with the hook's stored secrets, limits and hosts: what is live, or what is not. */
export type Subject = { kind: 'saved' } | { kind: 'script'; script: string } | { kind: 'module'; file: File };

interface Sample {
  text: string;
  at: string;
}

const SAMPLES_KEPT = 10;

/** The sample event of a hook, as it is edited, and those that ran before. */
export interface SampleEvent {
  text: string;
  /** The trigger's own. */
  original: string;
  earlier: Sample[];
  /** As JSON; the trigger's own while what is written is none. */
  value: Json;
  latest: () => string;
  edit: (text: string) => void;
  remember: (text: string) => void;
}

export function useSample(hook: Hook): SampleEvent {
  const trigger = useTriggers().find((one) => one.name === hook.trigger);
  const original = JSON.stringify(trigger?.sample ?? {}, null, 2);
  // By hook and not by trigger: tenants may share a browser, and samples hold what people typed in.
  const place = `samples.${hook.id}`;
  const [earlier, setEarlier] = useState(() => kept<Sample[]>(place) ?? []);
  const [text, setText] = useState(() => kept<string>(`sample.${hook.id}`) ?? earlier[0]?.text ?? original);
  const latest = useRef(text);
  latest.current = text;
  const value = useMemo(() => {
    try {
      return JSON.parse(text) as Json;
    } catch {
      return trigger?.sample ?? {};
    }
  }, [text, trigger]);
  return {
    text,
    original,
    earlier,
    value,
    latest: () => latest.current,
    edit: (written) => {
      latest.current = written;
      setText(written);
      keep(`sample.${hook.id}`, written);
    },
    remember: (ran) => {
      const rest = earlier.filter((sample) => sample.text !== ran);
      const next = [{ text: ran, at: new Date().toISOString() }, ...rest].slice(0, SAMPLES_KEPT);
      setEarlier(next);
      keep(place, next);
    },
  };
}

interface Props {
  hook: Hook;
  /** What a run runs. */
  title: string;
  /** Asked when a run begins. */
  subject: () => Promise<Subject>;
  sample: SampleEvent;
  /** Gets the function that starts a run, for shortcuts. */
  start: { current: (() => void) | undefined };
  onReport?: (report: RunnerReport | undefined) => void;
}

export function Runner({ hook, title, subject, sample, start, onReport }: Props) {
  const [report, setReport] = useState<RunnerReport>();
  const settings = useLoad((signal) => api.settings(hook.id, signal), [hook.id]);
  const action = useAction();
  const run = () =>
    void action.run(async () => {
      const input = parseSample(sample.latest());
      sample.remember(sample.latest());
      setReport(undefined);
      onReport?.(undefined);
      const answer = await api.run({ trigger: hook.trigger, hook_id: hook.id, input, ...(await part(await subject())) });
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
        <span class="faint">{title}</span>
        <div class="actions">
          <Button kind="primary" icon="play" busy={action.busy} onClick={run} title="Run (Ctrl Enter)">
            Run
          </Button>
        </div>
      </header>
      <div class="sample">
        <div class="sample-header">
          <h3>Sample event</h3>
          {sample.earlier.length > 0 && (
            <label class="inline">
              <span>Earlier samples</span>
              <select
                value={String(sample.earlier.findIndex((one) => one.text === sample.text))}
                onChange={(event) => sample.edit(sample.earlier[Number(event.currentTarget.value)]?.text ?? sample.text)}
              >
                <option value="-1">as edited</option>
                {sample.earlier.map((one, index) => (
                  <option key={one.at} value={String(index)}>
                    {nameOf(one)}
                  </option>
                ))}
              </select>
            </label>
          )}
          {sample.text !== sample.original && <Button onClick={() => sample.edit(sample.original)}>Reset</Button>}
        </div>
        <Editor label="Sample event" language="json" value={sample.text} onChange={sample.edit} onRun={run} />
      </div>
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

async function part(subject: Subject): Promise<Pick<RunnerRequest, 'script' | 'module'>> {
  if (subject.kind === 'saved') return {};
  if (subject.kind === 'script') return { script: subject.script };
  const bytes = new Uint8Array(await subject.file.arrayBuffer());
  let text = '';
  // In parts: a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 8192) text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return { module: btoa(text) };
}
