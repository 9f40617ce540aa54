/** The script of a hook, with the runner beside it. What is written and not deployed stays in the browser. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { api, type RunnerReport } from '../../api';
import { Editor } from '../../editor/lazy';
import { placeIn, type Problem } from '../../editor/place';
import { keep, kept } from '../../keep';
import { useAction, useLoad } from '../../load';
import { useTriggers } from '../../session';
import { Button } from '../../ui/button';
import { ErrorNotice, Notice, say } from '../../ui/notice';
import type { HookProps } from '../hook';
import { Runner } from './runner';

interface Draft {
  text: string;
  /** The version that it began from. */
  base: number;
}

export function CodeTab({ hook, code, reload }: HookProps) {
  const place = `draft.${hook.id}`;
  const [draft, setDraft] = useState(() => kept<Draft>(place));
  const [problem, setProblem] = useState<Problem>();
  const [isReplaced, setReplaced] = useState(false);
  const action = useAction();
  const run = useRef<() => void>(undefined);
  const trigger = useTriggers().find((one) => one.name === hook.trigger);
  const secrets = useLoad((signal) => api.secretNames(hook.id, signal), [hook.id]);
  const text = draft?.text ?? code.script;
  const isChanged = text !== code.script;
  // A key can come before what was typed ahead of it is drawn: actions take the text from here.
  const latest = useRef(text);
  latest.current = text;

  const change = useCallback(
    (written: string) => {
      latest.current = written;
      const next = written === code.script ? undefined : { text: written, base: draft?.base ?? hook.version };
      setDraft(next);
      keep(place, next);
    },
    [code.script, draft?.base, hook.version, place],
  );

  const deploy = () =>
    void action.run(async () => {
      const script = latest.current;
      if (script === code.script) return;
      try {
        await api.changeHook(hook.id, { script });
      } catch (error) {
        setProblem(problemOf(error instanceof Error ? error.message : ''));
        throw error;
      }
      keep(place, undefined);
      setProblem(undefined);
      await reload();
      setDraft(undefined);
      say('Deployed: the new version is live.');
    });

  useEffect(() => setReplaced(draft !== undefined && draft.base !== hook.version), [draft, hook.version]);
  useShortcuts(run, deploy);

  const onReport = (report: RunnerReport | undefined) =>
    setProblem(report?.error && problemOf(report.error.stack, `${report.error.name}: ${report.error.message}`, report.error.message));

  return (
    <div class="workbench">
      <section class="card" aria-labelledby="script">
        <header class="card-header">
          <h2 id="script">Script</h2>
          <span class="faint" role="status">
            {isChanged ? 'Changed, kept in this browser, not deployed' : `Version ${hook.version}, as deployed`}
          </span>
          <div class="actions">
            {isChanged && <Button onClick={() => change(code.script)}>Discard changes</Button>}
            <Button kind="primary" busy={action.busy} disabled={!isChanged} onClick={deploy} title="Deploy (Ctrl S)">
              Deploy
            </Button>
          </div>
        </header>
        {isReplaced && isChanged && (
          <Notice kind="warn">
            Version {hook.version} went live after these changes began from version {draft?.base}. Deploying replaces it; Versions shows what differs.
          </Notice>
        )}
        <ErrorNotice error={action.error} />
        <Editor
          label="Script"
          language="javascript"
          value={text}
          onChange={change}
          onRun={() => run.current?.()}
          onSave={deploy}
          problem={problem}
          known={trigger && { sample: trigger.sample, secrets: secrets.data ?? [] }}
        />
        <p class="hint editor-hint">Escape, then Tab leaves the editor. Ctrl Enter runs, Ctrl S deploys.</p>
      </section>
      <Runner
        hook={hook}
        isUnsaved={isChanged}
        subject={() => (latest.current === code.script ? { kind: 'saved' } : { kind: 'script', script: latest.current })}
        secretNames={secrets.data ?? []}
        start={run}
        onReport={onReport}
      />
    </div>
  );
}

/** The problem with the first place that one of the texts names. */
function problemOf(text: string, message = text, other = ''): Problem | undefined {
  const place = placeIn(text) ?? placeIn(other);
  return place && { ...place, message };
}

/** Ctrl Enter and Ctrl S wherever the focus is; the editors have them for themselves. */
function useShortcuts(run: { current: (() => void) | undefined }, deploy: () => void): void {
  const latest = useRef(deploy);
  latest.current = deploy;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey)) return;
      if (event.key === 'Enter') run.current?.();
      else if (event.key === 's') latest.current();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [run]);
}
