/** The script of a hook, with the runner beside it. What is written and not saved stays in the browser. */

import { useRef, useState } from 'preact/hooks';
import { api, type RunnerReport } from '../../api';
import { Editor } from '../../editor/lazy';
import { placeIn, type Problem } from '../../editor/place';
import { type Language, scriptOf, TypeScriptError } from '../../editor/typescript';
import { useAction, useLoad } from '../../load';
import { navigate } from '../../router';
import { useModules } from '../../session';
import { useShortcut } from '../../shortcuts';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { ErrorNotice, Loading, Notice, say } from '../../ui/notice';
import type { HookProps } from '../hook';
import { forgetOpened, useWorkspace } from './workspace';
import { Runner, useSample } from './runner';

export function CodeTab({ hook, code, reload }: HookProps) {
  const space = useWorkspace(hook, code);
  const [problem, setProblem] = useState<Problem>();
  /** The version that went live meanwhile, while that is asked about. */
  const [other, setOther] = useState<number>();
  const action = useAction();
  const run = useRef<() => void>(undefined);
  const secrets = useLoad((signal) => api.secretNames(hook.id, signal), [hook.id]);
  const versions = useLoad((signal) => api.versions(hook.id, signal), [hook.id, hook.version, space.base]);
  const sample = useSample(hook);
  const modules = useModules();
  const isLive = space.base === hook.version;
  const newest = versions.data?.reduce((most, version) => Math.max(most, version.number), 0) ?? 0;

  const changeLanguage = (language: Language) =>
    void action.run(async () => {
      const source = space.latest();
      if (source.language === language) return;
      space.write({ language, text: language === 'javascript' ? await shownAt(setProblem, () => scriptOf(source)) : source.text });
    });

  const save = () =>
    void action.run(async () => {
      const version = await shownAt(setProblem, space.save);
      await versions.reload();
      say(version === hook.version ? `That is version ${version}, which is live.` : `Saved as version ${version}; version ${hook.version} stays live.`);
    });

  const deployOver = async (live: number) => {
    const version = await shownAt(setProblem, space.save);
    if (version !== live) await api.activate(hook.id, version);
    forgetOpened(hook.id);
    setProblem(undefined);
    await reload();
    say(`Deployed: version ${version} is live.`);
  };

  const deploy = () =>
    void action.run(async () => {
      // Somebody else may have deployed since this page was loaded.
      const live = (await api.hooks()).find((one) => one.id === hook.id)?.version ?? hook.version;
      if (live === hook.version) await deployOver(live);
      else setOther(live);
    });

  const compare = () =>
    void action.run(async () => {
      await shownAt(setProblem, space.save);
      setOther(undefined);
      await reload();
      navigate(`/hooks/${hook.id}/versions`);
    });

  useShortcut('Ctrl+Enter', () => run.current?.());
  useShortcut('Ctrl+S', save);
  useShortcut('Ctrl+Shift+Enter', deploy);

  const onReport = (report: RunnerReport | undefined) => {
    const found = report?.error && problemOf(report.error.stack, `${report.error.name}: ${report.error.message}`, report.error.message);
    // Lines stay where they are when types are taken out, columns do not.
    setProblem(found && space.latest().language === 'typescript' ? { message: found.message, line: found.line } : found);
  };

  if (!space.source) return space.error ? <ErrorNotice error={space.error} onRetry={() => void space.open(hook.version)} /> : <Loading what="the script" />;
  const { language, text } = space.source;
  return (
    <div class="workbench">
      <section class="card" aria-labelledby="script">
        <header class="card-header">
          <h2 id="script">Script</h2>
          <span class="faint small" role="status">
            {space.isChanged ? 'Not saved, kept in this browser' : `Version ${space.base}, ${isLive ? 'live' : 'saved, not live'}`}
          </span>
          <div class="actions">
            <label class="inline">
              <span class="visually-hidden">Language</span>
              <select value={language} onChange={(event) => changeLanguage(event.currentTarget.value as Language)}>
                <option value="javascript">JavaScript</option>
                <option value="typescript">TypeScript</option>
              </select>
            </label>
            <Button busy={action.busy} disabled={!space.isChanged} onClick={save} title="Save a version (Ctrl S)">
              Save
            </Button>
            <Button kind="primary" busy={action.busy} disabled={!space.isChanged && isLive} onClick={deploy} title="Deploy (Ctrl Shift Enter)">
              Deploy
            </Button>
          </div>
        </header>
        {space.began !== undefined && (
          <Notice kind="warn">
            These changes began from version {space.began}; version {space.base} is open now. Versions shows what differs.
          </Notice>
        )}
        {!space.isChanged && newest > space.base && (
          <Notice>
            <p>
              Version {newest} is saved{isLive ? ', and not live' : ' too'}.
            </p>
            <Button onClick={() => void space.open(newest)}>Open version {newest}</Button>
          </Notice>
        )}
        <ErrorNotice error={action.error ?? space.error} />
        {other !== undefined && (
          <Confirm
            title={`Version ${other} went live`}
            verb="Deploy all the same"
            onClose={() => setOther(undefined)}
            onConfirm={async () => {
              await deployOver(other);
              setOther(undefined);
            }}
          >
            <p>
              It was deployed since you opened this page, where version {hook.version} was live. Yours would take its place; version {other} stays among
              the versions.
            </p>
            <p>
              <Button onClick={compare} busy={action.busy}>
                Save and compare
              </Button>
            </p>
          </Confirm>
        )}
        <Editor
          label="Script"
          language={language}
          value={text}
          onChange={(written) => space.write({ language, text: written })}
          onRun={() => run.current?.()}
          onSave={save}
          onDeploy={deploy}
          problem={problem}
          known={{ trigger: hook.trigger, sample: sample.value, secrets: secrets.data ?? [], modules }}
        />
        <footer class="editor-footer">
          {language === 'typescript' && (
            <p class="hint">Types are taken out and not checked. Stored is the JavaScript, with your TypeScript in a comment at its end.</p>
          )}
          <p class="hint">Escape, then Tab leaves the editor.</p>
          {space.isChanged && <Button onClick={space.discard}>Discard changes</Button>}
          {!space.isChanged && !isLive && <Button onClick={() => void space.open(hook.version)}>Open version {hook.version}, which is live</Button>}
        </footer>
      </section>
      <Runner
        hook={hook}
        title={space.isChanged ? 'Runs what you wrote' : `Runs version ${space.base}`}
        subject={async () => {
          if (space.isLatestSaved() && isLive) return { kind: 'saved' };
          return { kind: 'script', script: await shownAt(setProblem, () => scriptOf(space.latest())) };
        }}
        sample={sample}
        start={run}
        onReport={onReport}
      />
    </div>
  );
}

/** TypeScript that cannot be read is shown at its line, and fails what was asked for. */
async function shownAt<T>(setProblem: (problem: Problem) => void, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeScriptError) setProblem(error.problem);
    throw error;
  }
}

/** The problem with the first place that one of the texts names. */
function problemOf(text: string, message = text, other = ''): Problem | undefined {
  const place = placeIn(text) ?? placeIn(other);
  return place && { ...place, message };
}
