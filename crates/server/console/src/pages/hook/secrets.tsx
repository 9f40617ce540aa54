import { useState } from 'preact/hooks';
import { api } from '../../api';
import { useAction, useLoad } from '../../load';
import { Button } from '../../ui/button';
import { Confirm, Dialog } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { Empty, ErrorNotice, Loading, say } from '../../ui/notice';
import type { HookProps } from '../hook';

type Open = { kind: 'add' } | { kind: 'replace' | 'delete'; name: string };

export function SecretsTab({ hook }: HookProps) {
  const secrets = useLoad((signal) => api.secretNames(hook.id, signal), [hook.id]);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const done = async (text: string) => {
    await secrets.reload();
    close();
    say(text);
  };
  return (
    <>
      <div class="section-header">
        <p class="hint">
          A script reads a secret as <code>context.webtask.secrets.NAME</code>. A value can be set and replaced; nobody can read it back.
        </p>
        <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: 'add' })}>
          Add secret
        </Button>
      </div>
      <ErrorNotice error={secrets.error} onRetry={secrets.reload} />
      {!secrets.data && !secrets.error && <Loading what="the secrets" />}
      {secrets.data?.length === 0 && (
        <Empty title="No secrets">
          <p>Keys of mail services and the like belong here, not into the code: they are encrypted, and struck out of what the hook prints.</p>
        </Empty>
      )}
      {secrets.data && secrets.data.length > 0 && (
        <div class="card scroll" tabIndex={0} role="region" aria-label="Secrets">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Value</th>
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {secrets.data.map((name) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td class="faint">not shown</td>
                  <td class="row-actions">
                    <Button label={`Replace ${name}`} onClick={() => setOpen({ kind: 'replace', name })}>
                      Replace
                    </Button>
                    <Button kind="danger" label={`Delete ${name}`} onClick={() => setOpen({ kind: 'delete', name })}>
                      Delete
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open?.kind === 'add' && (
        <SecretDialog
          title="Add secret"
          onClose={close}
          save={async (name, value) => {
            await api.addSecret(hook.id, name, value);
            await done(`${name} is set.`);
          }}
        />
      )}
      {open?.kind === 'replace' && (
        <SecretDialog
          title={`Replace ${open.name}`}
          name={open.name}
          onClose={close}
          save={async (name, value) => {
            await api.replaceSecret(hook.id, name, value);
            await done(`${name} has a new value.`);
          }}
        />
      )}
      {open?.kind === 'delete' && (
        <Confirm
          title={`Delete ${open.name}?`}
          verb="Delete the secret"
          onClose={close}
          onConfirm={async () => {
            await api.deleteSecret(hook.id, open.name);
            await done(`${open.name} is gone.`);
          }}
        >
          <p>The hook’s next run finds it undefined. The value cannot be brought back.</p>
        </Confirm>
      )}
    </>
  );
}

interface DialogProps {
  title: string;
  name?: string;
  onClose: () => void;
  save: (name: string, value: string) => Promise<void>;
}

function SecretDialog({ title, name: fixed, onClose, save }: DialogProps) {
  const [name, setName] = useState(fixed ?? '');
  const [value, setValue] = useState('');
  const action = useAction();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(() => save(name, value));
        }}
      >
        {fixed === undefined && (
          <Field label="Name">
            {(ids) => (
              <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} required maxLength={128} autocomplete="off" spellcheck={false} />
            )}
          </Field>
        )}
        <Field label="Value" hint="Up to 4,096 bytes.">
          {(ids) => (
            <input {...ids} type="password" value={value} onInput={(event) => setValue(event.currentTarget.value)} required autocomplete="new-password" />
          )}
        </Field>
        <ErrorNotice error={action.error} />
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
