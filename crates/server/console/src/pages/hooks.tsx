import { api, type Hook } from '../api';
import { useAction, useLoad } from '../load';
import { Link, navigate } from '../router';
import { useShortcut } from '../shortcuts';
import { ago, counted } from '../text';
import { Button } from '../ui/button';
import { Switch } from '../ui/field';
import { Empty, ErrorNotice, Loading, say } from '../ui/notice';
import { Sparkline } from '../ui/outcome';
import { Page } from '../ui/page';
import { Pages, usePages } from '../ui/pages';

export function HooksPage() {
  const hooks = useLoad((signal) => api.hooks(signal), [], 10_000);
  const toNew = () => navigate('/hooks/new');
  useShortcut('n', toNew);
  return (
    <Page
      title="Hooks"
      actions={
        <Button kind="primary" icon="plus" onClick={toNew} title="New hook (n)">
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
      {hooks.data && hooks.data.length > 0 && (
        <>
          <Table hooks={hooks.data} reload={hooks.reload} />
          <Several hooks={hooks.data} />
        </>
      )}
    </Page>
  );
}

function Table({ hooks, reload }: { hooks: Hook[]; reload: () => Promise<void> }) {
  const pages = usePages(hooks);
  return (
    <>
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
            {pages.shown.map((hook) => (
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
                  {hook.kind === 'script' ? 'Script' : 'WebAssembly'} <span class="faint">v{hook.version}</span>
                </td>
                <td class="faint">{ago(hook.updated_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages name="hooks" {...pages} />
    </>
  );
}

/** Whether a trigger may have several enabled hooks, and which have. */
function Several({ hooks }: { hooks: Hook[] }) {
  const settings = useLoad((signal) => api.tenantSettings(signal), []);
  const action = useAction();
  const isOn = settings.data?.several_hooks_per_trigger ?? false;
  const enabled = new Map<string, number>();
  for (const hook of hooks) if (hook.enabled) enabled.set(hook.trigger, (enabled.get(hook.trigger) ?? 0) + 1);
  const shared = [...enabled].filter(([, number]) => number > 1);
  const change = (on: boolean) =>
    void action.run(async () => {
      await api.changeTenantSettings({ several_hooks_per_trigger: on });
      await settings.reload();
      say(on ? 'A trigger can have several enabled hooks now.' : 'A trigger has one enabled hook at most.');
    });
  return (
    <section class="card row" aria-labelledby="several">
      <Switch label="Several hooks per trigger" on={isOn} busy={action.busy || !settings.data} onChange={change} />
      <div>
        <h2 id="several">Several hooks per trigger</h2>
        <p class="hint">
          {isOn
            ? 'Each enabled hook of a trigger gets its own delivery of an event, in the order of their settings.'
            : 'Off: a trigger has one enabled hook, and switching one on switches the other off.'}
          {shared.map(([trigger, number]) => ` ${trigger} has ${counted(number, 'enabled hook')}.`)}
        </p>
        <ErrorNotice error={action.error ?? settings.error} />
      </div>
    </section>
  );
}

export function EnabledSwitch({ hook, reload }: { hook: Pick<Hook, 'id' | 'name' | 'enabled' | 'trigger'>; reload: () => Promise<void> }) {
  const action = useAction();
  const change = (enabled: boolean) =>
    void action.run(async () => {
      await api.changeHook(hook.id, { enabled });
      await reload();
      say(`${hook.name} is ${enabled ? 'enabled' : 'disabled'}.`);
    });
  return (
    <>
      <Switch label={`${hook.name} is enabled`} on={hook.enabled} busy={action.busy} onChange={change} />
      <ErrorNotice error={action.error} />
    </>
  );
}
