/** The tenants of this daemon. */

import { useState } from 'preact/hooks';
import { api, type Tenant, type TenantCreated } from '../../api';
import { useAction, useLoad } from '../../load';
import { Link } from '../../router';
import { useShortcut } from '../../shortcuts';
import { count } from '../../text';
import { Button } from '../../ui/button';
import { Credentials } from '../../ui/credentials';
import { Dialog } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { Empty, ErrorNotice, Loading } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Page } from '../../ui/page';
import { Pages, usePages } from '../../ui/pages';
import { Time } from '../../ui/shown';

export function TenantsPage() {
  const tenants = useLoad((signal) => api.tenants(signal), [], 10_000);
  const [isCreating, setCreating] = useState(false);
  const [search, setSearch] = useState('');
  const matching = tenants.data?.filter((tenant) => tenant.tenant.includes(search.trim().toLowerCase())) ?? [];
  useShortcut('n', () => setCreating(true));
  return (
    <Page
      title="Tenants"
      actions={
        <Button kind="primary" icon="plus" onClick={() => setCreating(true)} title="New tenant (n)">
          New tenant
        </Button>
      }
    >
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
          {matching.length === 0 ? <Empty title="Nothing matches">No tenant has that in its name.</Empty> : <Table tenants={matching} />}
        </>
      )}
      {isCreating && <NewTenant onClose={() => setCreating(false)} onCreated={tenants.reload} />}
    </Page>
  );
}

function Table({ tenants }: { tenants: Tenant[] }) {
  const pages = usePages(tenants);
  return (
    <>
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
              <th scope="col" class="figure">
                Dead
              </th>
              <th scope="col">Created</th>
            </tr>
          </thead>
          <tbody>
            {pages.shown.map((tenant) => (
              <tr key={tenant.tenant}>
                <th scope="row">
                  <Link to={`/tenants/${tenant.tenant}`}>{tenant.tenant}</Link> {tenant.suspended && <Badge name="dead" label="suspended" />}
                </th>
                <td class="figure">{count(tenant.hooks)}</td>
                <td class="figure">{count(tenant.backlog)}</td>
                <td class="figure">{count(tenant.dead)}</td>
                <td>
                  <Time at={tenant.created_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages name="tenants" {...pages} />
    </>
  );
}

function NewTenant({ onClose, onCreated }: { onClose: () => void; onCreated: () => Promise<void> }) {
  const [name, setName] = useState('');
  const [created, setCreated] = useState<TenantCreated>();
  const action = useAction();
  if (created) {
    const rows: [string, string][] = [
      ['Token', created.token],
      ['Client id', created.client_id],
      ['Client secret', created.client_secret],
    ];
    return <Credentials title={`Tenant ${created.tenant}`} rows={rows} onClose={onClose} />;
  }
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
