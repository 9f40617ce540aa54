import { useState } from 'preact/hooks';
import { api, type Version } from '../../api';
import { Diff } from '../../editor/lazy';
import { sourceOf } from '../../editor/typescript';
import { useAction, useLoad } from '../../load';
import { bytes } from '../../text';
import { Button } from '../../ui/button';
import { ErrorNotice, Loading, Notice, say } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Time } from '../../ui/shown';
import type { HookProps } from '../hook';
import { forgetOpened } from './workspace';

export function VersionsTab({ hook, reload }: HookProps) {
  const versions = useLoad((signal) => api.versions(hook.id, signal), [hook.id, hook.version]);
  const action = useAction();
  const [chosen, setChosen] = useState<number>();
  const live = versions.data?.find((version) => version.live);

  const makeLive = (number: number) =>
    void action.run(async () => {
      await api.activate(hook.id, number);
      forgetOpened(hook.id);
      await reload();
      setChosen(undefined);
      say(`Version ${number} is live.`);
    });

  return (
    <>
      <ErrorNotice error={action.error ?? versions.error} />
      {!versions.data && !versions.error && <Loading what="the versions" />}
      {versions.data && (
        <div class="card scroll" tabIndex={0} role="region" aria-label="Versions">
          <table>
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">Made</th>
                <th scope="col">Code</th>
                <th scope="col" class="figure">
                  Size
                </th>
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {[...versions.data]
                .sort((a, b) => b.number - a.number)
                .map((version) => (
                  <tr key={version.number}>
                    <th scope="row">
                      {version.number} {version.live && <Badge name="succeeded" label="live" />}
                    </th>
                    <td>
                      <Time at={version.created_at} />
                    </td>
                    <td>{version.kind === 'script' ? 'Script' : <code title={version.digest ?? ''}>{version.digest?.slice(0, 19)}…</code>}</td>
                    <td class="figure">{bytes(version.bytes)}</td>
                    <td class="row-actions">
                      {!version.live && (
                        <>
                          {version.kind === 'script' && live?.kind === 'script' && (
                            <Button
                              pressed={chosen === version.number}
                              label={`Compare version ${version.number} with the live one`}
                              onClick={() => setChosen(chosen === version.number ? undefined : version.number)}
                            >
                              Compare
                            </Button>
                          )}
                          <Button
                            label={version.number < hook.version ? `Roll back to version ${version.number}` : `Make live: version ${version.number}`}
                            busy={action.busy}
                            onClick={() => makeLive(version.number)}
                          >
                            {version.number < hook.version ? 'Roll back' : 'Make live'}
                          </Button>
                        </>
                      )}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
      {versions.data?.length === 1 && <p class="hint">Each save and each deployment makes a version. With two of them, you compare and roll back here.</p>}
      {chosen !== undefined && live && <Comparison id={hook.id} number={chosen} live={live} />}
    </>
  );
}

function Comparison({ id, number, live }: { id: string; number: number; live: Version }) {
  const both = useLoad(
    (signal) => Promise.all([read(id, number, signal), read(id, live.number, signal)]),
    [id, number, live.number],
  );
  const [older, newer] = [...(both.data ?? [])].sort((a, b) => a.number - b.number);
  const name = (version: { number: number }) => `Version ${version.number}${version.number === live.number ? ', live' : ''}`;
  return (
    <section class="card" aria-labelledby="comparison">
      <header class="card-header">
        <h2 id="comparison">{older && newer ? `${name(older)} — ${name(newer)}` : 'Comparison'}</h2>
      </header>
      <ErrorNotice error={both.error} onRetry={both.reload} />
      {!both.data && !both.error && <Loading what="both versions" />}
      {older && newer && older.text === newer.text && <Notice>Both are the same.</Notice>}
      {older && newer && <Diff before={{ name: name(older), text: older.text }} after={{ name: name(newer), text: newer.text }} />}
    </section>
  );
}

/** A version as it was written: TypeScript, where it was that. */
async function read(id: string, number: number, signal: AbortSignal): Promise<{ number: number; text: string }> {
  const { script = '' } = await api.version(id, number, signal);
  return { number, text: (await sourceOf(script)).text };
}
