/** The module of a hook: what is live, a new one to upload, and the runner for both. */

import { useRef, useState } from 'preact/hooks';
import { api } from '../../api';
import { useAction, useLoad } from '../../load';
import { useShortcut } from '../../shortcuts';
import { bytes } from '../../text';
import { Button } from '../../ui/button';
import { Field } from '../../ui/field';
import { ErrorNotice, say } from '../../ui/notice';
import { Time } from '../../ui/shown';
import type { HookProps } from '../hook';
import { Runner, useSample } from './runner';

export function ModuleTab({ hook, reload }: HookProps) {
  const [file, setFile] = useState<File>();
  const input = useRef<HTMLInputElement>(null);
  const action = useAction();
  const run = useRef<() => void>(undefined);
  const versions = useLoad((signal) => api.versions(hook.id, signal), [hook.id, hook.version]);
  const sample = useSample(hook);
  const live = versions.data?.find((version) => version.live);

  const upload = (isDeployed: boolean) =>
    void action.run(async () => {
      if (!file) return;
      const { version } = await api.saveVersion(hook.id, file);
      if (isDeployed) await api.activate(hook.id, version);
      setFile(undefined);
      if (input.current) input.current.value = '';
      await reload();
      say(isDeployed || version === hook.version ? `Version ${version} is live.` : `Saved as version ${version}; version ${hook.version} stays live.`);
    });

  useShortcut('Ctrl+Enter', () => run.current?.());
  useShortcut('Ctrl+S', () => upload(false));
  useShortcut('Ctrl+Shift+Enter', () => upload(true));

  return (
    <div class="workbench">
      <section class="card" aria-labelledby="module">
        <header class="card-header">
          <h2 id="module">Module</h2>
          <div class="actions">
            <Button busy={action.busy} disabled={!file} onClick={() => upload(false)} title="Save a version (Ctrl S)">
              Save
            </Button>
            <Button kind="primary" busy={action.busy} disabled={!file} onClick={() => upload(true)} title="Deploy (Ctrl Shift Enter)">
              Deploy
            </Button>
          </div>
        </header>
        <ErrorNotice error={action.error ?? versions.error} />
        {live && (
          <dl class="properties">
            <dt>Live</dt>
            <dd>
              version {live.number}, <Time at={live.created_at} />
            </dd>
            <dt>Size</dt>
            <dd>{bytes(live.bytes)}</dd>
            <dt>Digest</dt>
            <dd>
              <code class="long">{live.digest}</code>
            </dd>
          </dl>
        )}
        <div class="form">
          <Field label="A new module" hint="Choose a file to run it here without keeping it. Save keeps it as a version, Deploy makes it live.">
            {(ids) => (
              <input
                {...ids}
                ref={input}
                type="file"
                accept=".wasm,application/wasm"
                onChange={(event) => setFile(event.currentTarget.files?.[0])}
              />
            )}
          </Field>
        </div>
      </section>
      <Runner
        hook={hook}
        title={file ? 'Runs the file that you chose' : `Runs version ${hook.version}`}
        subject={() => Promise.resolve(file ? { kind: 'module', file } : { kind: 'saved' })}
        sample={sample}
        start={run}
      />
    </div>
  );
}
