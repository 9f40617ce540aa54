/** The module of a hook: what is live, a new one to upload, and the runner for both. */

import { useRef, useState } from 'preact/hooks';
import { api } from '../../api';
import { useAction, useLoad } from '../../load';
import { bytes } from '../../text';
import { Button } from '../../ui/button';
import { Field } from '../../ui/field';
import { ErrorNotice, say } from '../../ui/notice';
import { Time } from '../../ui/shown';
import type { HookProps } from '../hook';
import { Runner } from './runner';

export function ModuleTab({ hook, reload }: HookProps) {
  const [file, setFile] = useState<File>();
  const input = useRef<HTMLInputElement>(null);
  const action = useAction();
  const run = useRef<() => void>(undefined);
  const versions = useLoad((signal) => api.versions(hook.id, signal), [hook.id, hook.version]);
  const secrets = useLoad((signal) => api.secretNames(hook.id, signal), [hook.id]);
  const live = versions.data?.find((version) => version.live);

  const deploy = () =>
    void action.run(async () => {
      if (!file) return;
      const { version } = await api.replaceModule(hook.id, file);
      setFile(undefined);
      if (input.current) input.current.value = '';
      await reload();
      say(`Version ${version} is live.`);
    });

  return (
    <div class="workbench">
      <section class="card" aria-labelledby="module">
        <header class="card-header">
          <h2 id="module">Module</h2>
          <div class="actions">
            <Button kind="primary" busy={action.busy} disabled={!file} onClick={deploy}>
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
          <Field label="A new module" hint="Choose a file to run it here without keeping it; Deploy makes it the live version.">
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
        isUnsaved={file !== undefined}
        subject={() => (file ? { kind: 'module', file } : { kind: 'saved' })}
        secretNames={secrets.data ?? []}
        start={run}
      />
    </div>
  );
}
