/** One tenant, as the operator sees it: what it has, what it may use, and how to stop it. */

import { useState } from 'preact/hooks';
import { api, type Quotas, type Tenant, type TokenCreated } from '../../api';
import { useAction, useLoad } from '../../load';
import { Link, navigate } from '../../router';
import { bytes, count } from '../../text';
import { Button } from '../../ui/button';
import { Credentials } from '../../ui/credentials';
import { Dialog } from '../../ui/dialog';
import { Field, Switch } from '../../ui/field';
import { ErrorNotice, Loading, Notice, say } from '../../ui/notice';
import { Page } from '../../ui/page';
import { Time } from '../../ui/shown';
import { Tile } from '../../ui/tile';

export function TenantPage({ name }: { name: string }) {
  const loaded = useLoad((signal) => api.tenant(name, signal), [name]);
  const tenant = loaded.data;
  return (
    <Page title={name} beside={tenant && <span class="facts">created <Time at={tenant.created_at} /></span>}>
      <p>
        <Link to="/tenants">All tenants</Link>
      </p>
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
      {!tenant && !loaded.error && <Loading what="the tenant" />}
      {tenant && (
        <div class="stack">
          {tenant.suspended && <Notice kind="warn">Suspended: its calls are refused and its deliveries wait.</Notice>}
          <dl class="tiles">
            <Tile name="Hooks" value={count(tenant.hooks)} note={`of ${count(tenant.quotas.hooks)}`} />
            <Tile name="Backlog" value={count(tenant.backlog)} note={`of ${count(tenant.quotas.backlog)}`} />
            <Tile name="Dead" value={count(tenant.dead)} />
          </dl>
          <Suspension tenant={tenant} reload={loaded.reload} />
          <QuotaForm key={JSON.stringify(tenant.quotas)} tenant={tenant} reload={loaded.reload} />
          <Access tenant={tenant} />
          <Deletion tenant={tenant} />
        </div>
      )}
    </Page>
  );
}

interface Props {
  tenant: Tenant;
  reload: () => Promise<void>;
}

function Suspension({ tenant, reload }: Props) {
  const action = useAction();
  const change = (suspended: boolean) =>
    void action.run(async () => {
      await api.changeTenant(tenant.tenant, { suspended });
      await reload();
      say(`${tenant.tenant} is ${suspended ? 'suspended' : 'active again'}.`);
    });
  return (
    <section class="card row" aria-labelledby="suspension">
      <Switch label={`${tenant.tenant} is active`} on={!tenant.suspended} busy={action.busy} onChange={(on) => change(!on)} />
      <div>
        <h2 id="suspension">Active</h2>
        <p class="hint">Switched off, its tokens are refused and its deliveries wait. Nothing is lost: switched on again, they go on.</p>
        <ErrorNotice error={action.error} />
      </div>
    </section>
  );
}

const QUOTAS: [name: keyof Quotas, label: string, hint: string][] = [
  ['hooks', 'Hooks', 'at most'],
  ['backlog', 'Backlog', 'deliveries that have not ended'],
  ['in_flight', 'In flight', 'deliveries that run at once'],
  ['retention_days', 'Retention, days', 'how long events are kept'],
  ['retention_bytes', 'Retention, bytes', 'how much of them is kept'],
];

function QuotaForm({ tenant, reload }: Props) {
  const [values, setValues] = useState(() => Object.fromEntries(Object.entries(tenant.quotas).map(([name, value]) => [name, String(value)])));
  const action = useAction();
  const submit = async () => {
    const changed = Object.entries(values).filter(([name, text]) => text !== String(tenant.quotas[name as keyof Quotas]));
    if (changed.length === 0) return;
    await api.changeTenant(tenant.tenant, { quotas: Object.fromEntries(changed.map(([name, text]) => [name, text.trim() === '' ? null : Number(text)])) });
    await reload();
    say('The quotas are saved.');
  };
  return (
    <form
      class="card form"
      aria-labelledby="quotas"
      onSubmit={(event) => {
        event.preventDefault();
        void action.run(submit);
      }}
    >
      <h2 id="quotas">Quotas</h2>
      <div class="grid">
        {QUOTAS.map(([name, label, hint]) => (
          <Field key={name} label={label} hint={name === 'retention_bytes' ? `${hint}; now ${bytes(tenant.quotas[name])}` : hint}>
            {(ids) => (
              <input
                {...ids}
                inputMode="numeric"
                pattern="[0-9]*"
                value={values[name]}
                onInput={(event) => {
                  const text = event.currentTarget.value;
                  setValues((all) => ({ ...all, [name]: text }));
                }}
              />
            )}
          </Field>
        ))}
      </div>
      <p class="hint">An empty field brings the default back.</p>
      <ErrorNotice error={action.error} />
      <div class="actions">
        <Button kind="primary" type="submit" busy={action.busy}>
          Save quotas
        </Button>
      </div>
    </form>
  );
}

function Access({ tenant }: Pick<Props, 'tenant'>) {
  const [created, setCreated] = useState<TokenCreated>();
  const action = useAction();
  const create = () =>
    void action.run(async () => setCreated(await api.tenantToken(tenant.tenant, { name: `made by the operator, ${new Date().toISOString().slice(0, 10)}` })));
  return (
    <section class="card form" aria-labelledby="access">
      <h2 id="access">Access</h2>
      <p class="hint">For a tenant that has lost its token: a new one, which may do all that a tenant can.</p>
      <ErrorNotice error={action.error} />
      <div class="actions">
        <Button busy={action.busy} onClick={create}>
          Make a token
        </Button>
      </div>
      {created && <Credentials title={`Token of ${tenant.tenant}`} rows={[['Token', created.token]]} onClose={() => setCreated(undefined)} />}
    </section>
  );
}

function Deletion({ tenant }: Pick<Props, 'tenant'>) {
  const [isAsked, setAsked] = useState(false);
  const [typed, setTyped] = useState('');
  const action = useAction();
  return (
    <section class="card form" aria-labelledby="delete">
      <h2 id="delete">Delete</h2>
      <p class="hint">Its hooks, secrets, events and logs go with it, and its tokens are refused at once. This cannot be undone.</p>
      <div class="actions">
        <Button kind="danger" icon="trash" onClick={() => setAsked(true)}>
          Delete this tenant
        </Button>
      </div>
      {isAsked && (
        <Dialog title={`Delete ${tenant.tenant}?`} onClose={() => setAsked(false)}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void action.run(async () => {
                await api.deleteTenant(tenant.tenant);
                navigate('/tenants');
                say(`${tenant.tenant} is deleted.`);
              });
            }}
          >
            <Field label="Type its name to confirm" hint={`It has ${count(tenant.hooks)} hooks and ${count(tenant.backlog)} deliveries that have not ended.`}>
              {(ids) => <input {...ids} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} autocomplete="off" spellcheck={false} required />}
            </Field>
            <ErrorNotice error={action.error} />
            <div class="actions">
              <Button onClick={() => setAsked(false)}>Cancel</Button>
              <Button kind="danger" type="submit" busy={action.busy} disabled={typed !== tenant.tenant}>
                Delete the tenant
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </section>
  );
}
