import { api, type Hook } from '../api';
import { useAction, useLoad } from '../load';
import { Link, navigate } from '../router';
import { ago } from '../text';
import { Button } from '../ui/button';
import { Switch } from '../ui/field';
import { Empty, ErrorNotice, Loading, say } from '../ui/notice';
import { Sparkline } from '../ui/outcome';
import { Page } from '../ui/page';

export function HooksPage() {
  const hooks = useLoad((signal) => api.hooks(signal), [], 10_000);
  const toNew = () => navigate('/hooks/new');
  return (
    <Page
      title="Hooks"
      actions={
        <Button kind="primary" icon="plus" onClick={toNew}>
          New hook
        </Button>
      }
    >
      <ErrorNotice error={hooks.error} onRetry={hooks.reload} />
      {!hooks.data && !hooks.error && <Loading what="the hooks" />}
      {hooks.data?.length === 0 && (
        <Empty title="No hooks yet">
          <p>A hook is a small program that runs when something happens to one of your users. Begin with starter code: it works at once.</p>
          <Button kind="primary" icon="plus" onClick={toNew}>
            Create your first hook
          </Button>
        </Empty>
      )}
      {hooks.data && hooks.data.length > 0 && <Table hooks={hooks.data} reload={hooks.reload} />}
    </Page>
  );
}

function Table({ hooks, reload }: { hooks: Hook[]; reload: () => Promise<void> }) {
  return (
    <div class="card scroll" tabIndex={0} role="region" aria-label="Hooks">
      <table>
        <thead>
          <tr>
            <th scope="col">Enabled</th>
            <th scope="col">Name</th>
            <th scope="col">Trigger</th>
            <th scope="col">Last runs</th>
            <th scope="col">Code</th>
            <th scope="col">Changed</th>
          </tr>
        </thead>
        <tbody>
          {hooks.map((hook) => (
            <tr key={hook.id}>
              <td>
                <EnabledSwitch hook={hook} reload={reload} />
              </td>
              <th scope="row">
                <Link to={`/hooks/${hook.id}`}>{hook.name}</Link>
              </th>
              <td>{hook.trigger}</td>
              <td>
                <Sparkline outcomes={hook.last_outcomes} />
              </td>
              <td>
                {hook.kind === 'script' ? 'JavaScript' : 'WebAssembly'} <span class="faint">v{hook.version}</span>
              </td>
              <td class="faint">{ago(hook.updated_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One hook of a trigger is on at most: switching one on switches the other off, and the word says so. */
export function EnabledSwitch({ hook, reload }: { hook: Pick<Hook, 'id' | 'name' | 'enabled' | 'trigger'>; reload: () => Promise<void> }) {
  const action = useAction();
  const change = (enabled: boolean) =>
    void action.run(async () => {
      await api.changeHook(hook.id, { enabled });
      await reload();
      say(enabled ? `${hook.name} is enabled; any other hook of ${hook.trigger} is off.` : `${hook.name} is disabled.`);
    });
  return (
    <>
      <Switch label={`${hook.name} is enabled`} on={hook.enabled} busy={action.busy} onChange={change} />
      <ErrorNotice error={action.error} />
    </>
  );
}
