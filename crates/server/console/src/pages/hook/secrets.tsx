import { useState } from 'preact/hooks';
import { api } from '../../api';
import { useAction, useLoad } from '../../load';
import { Button } from '../../ui/button';
import { Confirm, Dialog } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { Empty, ErrorNotice, Loading, say } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Shown } from '../../ui/shown';
import type { HookProps } from '../hook';

interface Secret {
  name: string;
  /** The only hosts that its value goes to; empty where the hook gets it as it is. */
  hosts: string[];
}

type Open = { kind: 'add' } | { kind: 'replace' | 'seal' | 'delete'; secret: Secret };

async function read(id: string, signal: AbortSignal): Promise<Secret[]> {
  const [names, settings] = await Promise.all([api.secretNames(id, signal), api.settings(id, signal)]);
  return names.map((name) => ({ name, hosts: settings.sealed_secrets[name]?.hosts ?? [] }));
}

export function SecretsTab({ hook }: HookProps) {
  const secrets = useLoad((signal) => read(hook.id, signal), [hook.id]);
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
      {secrets.data && secrets.data.length > 0 && <Table secrets={secrets.data} onOpen={setOpen} />}
      {open && <OpenDialog id={hook.id} open={open} close={close} done={done} />}
    </>
  );
}

function Table({ secrets, onOpen }: { secrets: Secret[]; onOpen: (open: Open) => void }) {
  return (
    <div class="card scroll" tabIndex={0} role="region" aria-label="Secrets">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
            <th scope="col">Goes to</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {secrets.map((secret) => (
            <tr key={secret.name}>
              <th scope="row">
                <code>{secret.name}</code>
              </th>
              <td class="faint">not shown</td>
              <td>
                {secret.hosts.length === 0 ? (
                  <span class="faint">the hook</span>
                ) : (
                  <>
                    <Badge name="completed" label="sealed" /> <Shown text={secret.hosts.join(', ')} />
                  </>
                )}
              </td>
              <td class="row-actions">
                <Button label={`Replace ${secret.name}`} onClick={() => onOpen({ kind: 'replace', secret })}>
                  Replace
                </Button>
                <Button label={`${secret.hosts.length === 0 ? 'Seal' : 'Hosts of'} ${secret.name}`} onClick={() => onOpen({ kind: 'seal', secret })}>
                  {secret.hosts.length === 0 ? 'Seal' : 'Hosts'}
                </Button>
                <Button kind="danger" label={`Delete ${secret.name}`} onClick={() => onOpen({ kind: 'delete', secret })}>
                  Delete
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface OpenProps {
  id: string;
  open: Open;
  close: () => void;
  done: (text: string) => Promise<void>;
}

function OpenDialog({ id, open, close, done }: OpenProps) {
  switch (open.kind) {
    case 'add':
      return (
        <AddDialog
          onClose={close}
          save={async (name, value, hosts) => {
            // The seal comes first: no run may see the bare value in between.
            if (hosts.length > 0) await api.changeSettings(id, { sealed_secrets: { [name]: { hosts } } });
            await api.addSecret(id, name, value);
            await done(hosts.length > 0 ? `${name} is set, and sealed.` : `${name} is set.`);
          }}
        />
      );
    case 'replace':
      return (
        <ReplaceDialog
          name={open.secret.name}
          onClose={close}
          save={async (value) => {
            await api.replaceSecret(id, open.secret.name, value);
            await done(`${open.secret.name} has a new value.`);
          }}
        />
      );
    case 'seal':
      return (
        <SealDialog
          secret={open.secret}
          onClose={close}
          save={async (hosts) => {
            await api.changeSettings(id, { sealed_secrets: { [open.secret.name]: hosts.length > 0 ? { hosts } : null } });
            await done(hosts.length > 0 ? `${open.secret.name} is sealed.` : `${open.secret.name} goes to the hook as it is.`);
          }}
        />
      );
    case 'delete':
      return (
        <Confirm
          title={`Delete ${open.secret.name}?`}
          verb="Delete the secret"
          onClose={close}
          onConfirm={async () => {
            await api.deleteSecret(id, open.secret.name);
            await done(`${open.secret.name} is gone.`);
          }}
        >
          <p>The hook’s next run finds it undefined. The value cannot be brought back.</p>
        </Confirm>
      );
  }
}

interface FormProps {
  title: string;
  onClose: () => void;
  submit: () => Promise<void>;
  children: preact.ComponentChildren;
}

function SecretForm({ title, onClose, submit, children }: FormProps) {
  const action = useAction();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(submit);
        }}
      >
        {children}
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

function AddDialog({ onClose, save }: { onClose: () => void; save: (name: string, value: string, hosts: string[]) => Promise<void> }) {
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [hosts, setHosts] = useState('');
  return (
    <SecretForm title="Add secret" onClose={onClose} submit={() => save(name, value, listed(hosts))}>
      <Field label="Name">
        {(ids) => (
          <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} required maxLength={128} autocomplete="off" spellcheck={false} />
        )}
      </Field>
      <Value value={value} onChange={setValue} />
      <Hosts value={hosts} onChange={setHosts} />
    </SecretForm>
  );
}

function ReplaceDialog({ name, onClose, save }: { name: string; onClose: () => void; save: (value: string) => Promise<void> }) {
  const [value, setValue] = useState('');
  return (
    <SecretForm title={`Replace ${name}`} onClose={onClose} submit={() => save(value)}>
      <Value value={value} onChange={setValue} />
    </SecretForm>
  );
}

function SealDialog({ secret, onClose, save }: { secret: Secret; onClose: () => void; save: (hosts: string[]) => Promise<void> }) {
  const [hosts, setHosts] = useState(secret.hosts.join('\n'));
  return (
    <SecretForm title={`Hosts of ${secret.name}`} onClose={onClose} submit={() => save(listed(hosts))}>
      <Hosts value={hosts} onChange={setHosts} />
    </SecretForm>
  );
}

function Value({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field label="Value" hint="Up to 4,096 bytes.">
      {(ids) => <input {...ids} type="password" value={value} onInput={(event) => onChange(event.currentTarget.value)} required autocomplete="new-password" />}
    </Field>
  );
}

function Hosts({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const hint =
    'Optional, one a line. Then the hook gets a placeholder, and the value takes its place in calls to these hosts only. Scripts need no change.';
  return (
    <Field label="Sealed to hosts" hint={hint}>
      {(ids) => (
        <textarea {...ids} rows={3} value={value} placeholder="api.sendgrid.com" onInput={(event) => onChange(event.currentTarget.value)} spellcheck={false} />
      )}
    </Field>
  );
}

function listed(text: string): string[] {
  return text.split(/[\s,]+/).filter((line) => line !== '');
}
