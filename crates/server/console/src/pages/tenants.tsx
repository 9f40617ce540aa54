/** The operator's page: the daemon's load, and its tenants. */

import { useState } from 'preact/hooks';
import { api, type TenantCreated } from '../api';
import { useAction, useLoad } from '../load';
import { sum } from '../metrics';
import { bytes, count, milliseconds } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Empty, ErrorNotice, Loading, Notice, say } from '../ui/notice';
import { Page } from '../ui/page';
import { Time } from '../ui/shown';

export function TenantsPage() {
  const tenants = useLoad((signal) => api.tenants(signal), [], 10_000);
  const [isCreating, setCreating] = useState(false);
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState(100);
  const matching = tenants.data?.filter((tenant) => tenant.tenant.includes(search.trim().toLowerCase())) ?? [];
  return (
    <Page
      title="Tenants"
      actions={
        <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
          New tenant
        </Button>
      }
    >
      <Load />
      <ErrorNotice error={tenants.error} onRetry={tenants.reload} />
      {!tenants.data && !tenants.error && <Loading what="the tenants" />}
      {tenants.data?.length === 0 && (
        <Empty title="No tenants yet">
          <p>A tenant owns hooks and gets a token of its own. Create one, and hand its credentials to whoever writes the hooks.</p>
          <Button kind="primary" icon="plus" onClick={() => setCreating(true)}>
            Create your first tenant
          </Button>
        </Empty>
      )}
      {tenants.data && tenants.data.length > 0 && (
        <>
          <search class="filters">
            <Field label="Search by name">
              {(ids) => <input {...ids} type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />}
            </Field>
          </search>
          <div class="card scroll" tabIndex={0} role="region" aria-label="Tenants">
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col" class="figure">
                    Hooks
                  </th>
                  <th scope="col" class="figure">
                    Backlog
                  </th>
                  <th scope="col">Created</th>
                </tr>
              </thead>
              <tbody>
                {matching.slice(0, shown).map((tenant) => (
                  <tr key={tenant.tenant}>
                    <th scope="row">{tenant.tenant}</th>
                    <td class="figure">{count(tenant.hooks)}</td>
                    <td class="figure">{count(tenant.backlog)}</td>
                    <td>
                      <Time at={tenant.created_at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {matching.length === 0 && <Empty title="Nothing matches">No tenant has that in its name.</Empty>}
          {matching.length > shown && (
            <nav class="pager" aria-label="More tenants">
              <Button onClick={() => setShown(shown + 100)}>Show more ({count(matching.length - shown)} left)</Button>
            </nav>
          )}
        </>
      )}
      {isCreating && <NewTenant onClose={() => setCreating(false)} onCreated={tenants.reload} />}
    </Page>
  );
}

function Load() {
  const metrics = useLoad((signal) => api.metrics(signal), [], 5000);
  if (!metrics.data) return <ErrorNotice error={metrics.error} />;
  const figure = (name: string, labels?: string) => sum(metrics.data ?? '', name, labels);
  const tiles: [string, string][] = [
    ['Running now', count(figure('running'))],
    ['Waiting', count(figure('queue', 'state="pending"'))],
    ['Oldest that is due', milliseconds(figure('oldest_due_seconds') * 1000)],
    ['Succeeded', count(figure('succeeded_total'))],
    ['Dead', count(figure('dead'))],
    ['Connections', count(figure('connections'))],
    ['Database', bytes(figure('store_bytes'))],
  ];
  return (
    <dl class="tiles">
      {tiles.map(([name, value]) => (
        <div class="tile" key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function NewTenant({ onClose, onCreated }: { onClose: () => void; onCreated: () => Promise<void> }) {
  const [name, setName] = useState('');
  const [created, setCreated] = useState<TenantCreated>();
  const action = useAction();
  if (created) return <Credentials created={created} onClose={onClose} />;
  return (
    <Dialog title="New tenant" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(async () => {
            setCreated(await api.createTenant(name));
            await onCreated();
          });
        }}
      >
        <Field label="Name" hint="Lower-case letters, digits, and hyphens between them.">
          {(ids) => <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} required maxLength={63} autocomplete="off" />}
        </Field>
        <ErrorNotice error={action.error} />
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.busy}>
            Create tenant
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Credentials({ created, onClose }: { created: TenantCreated; onClose: () => void }) {
  const rows: [string, string][] = [
    ['Token', created.token],
    ['Client id', created.client_id],
    ['Client secret', created.client_secret],
  ];
  return (
    <Dialog title={`Tenant ${created.tenant}`} onClose={onClose} wide>
      <Notice kind="warn">These are shown now and never again: the daemon keeps only their hashes. Copy them before you close this.</Notice>
      <dl class="properties">
        {rows.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd class="copyable">
              <code class="long">{value}</code>
              <Button
                label={`Copy ${name.toLowerCase()}`}
                onClick={() =>
                  void navigator.clipboard?.writeText(value).then(
                    () => say(`${name} is copied.`),
                    () => say('The browser did not allow it; select the text and copy it.'),
                  )
                }
              >
                Copy
              </Button>
            </dd>
          </>
        ))}
      </dl>
      <div class="actions">
        <Button kind="primary" onClick={onClose}>
          I have copied them
        </Button>
      </div>
    </Dialog>
  );
}
