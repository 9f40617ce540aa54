import { api, type Hook, type HookCode } from '../api';
import { isTypeScript } from '../editor/typescript';
import { useLoad } from '../load';
import { Link } from '../router';
import { Empty, ErrorNotice, Loading } from '../ui/notice';
import { Sparkline } from '../ui/outcome';
import { Page } from '../ui/page';
import { CodeTab } from './hook/code';
import { ModuleTab } from './hook/module';
import { SecretsTab } from './hook/secrets';
import { SettingsTab } from './hook/settings';
import { VersionsTab } from './hook/versions';
import { EnabledSwitch } from './hooks';

const TABS = { code: 'Code', versions: 'Versions', secrets: 'Secrets', settings: 'Settings' };

/** What the tabs of a hook share. */
export interface HookProps {
  hook: Hook;
  code: HookCode;
  reload: () => Promise<void>;
}

export function HookPage({ id, tab }: { id: string; tab: string }) {
  const loaded = useLoad(
    async (signal) => {
      const [hooks, code] = await Promise.all([api.hooks(signal), api.hookCode(id, signal)]);
      const hook = hooks.find((one) => one.id === id);
      return hook && { hook, code };
    },
    [id],
  );
  if (!loaded.data) {
    return (
      <Page title="Hook">
        <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
        {!loaded.error && <Loading what="the hook" />}
      </Page>
    );
  }
  const { hook } = loaded.data;
  const props: HookProps = { ...loaded.data, reload: loaded.reload };
  return (
    <Page
      title={hook.name}
      beside={
        <>
          <EnabledSwitch hook={hook} reload={loaded.reload} />
          <span class="facts">
            <span>{hook.enabled ? 'Enabled' : 'Disabled'}</span>
            <span>{hook.trigger}</span>
            <span>{hook.kind === 'module' ? 'WebAssembly' : isTypeScript(loaded.data.code.script) ? 'TypeScript' : 'JavaScript'}</span>
            <span>version {hook.version} is live</span>
            <Sparkline outcomes={hook.last_outcomes} />
            <Link to={`/events?hook=${hook.id}`}>Its events</Link>
          </span>
        </>
      }
    >
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
      <nav class="tabs" aria-label="Parts of the hook">
        {Object.entries(TABS).map(([path, name]) => (
          <Link key={path} to={`/hooks/${id}/${path}`} current={path === tab}>
            {name}
          </Link>
        ))}
      </nav>
      <Tab tab={tab} {...props} />
    </Page>
  );
}

function Tab({ tab, ...props }: HookProps & { tab: string }) {
  switch (tab) {
    case 'code':
      return props.hook.kind === 'script' ? <CodeTab {...props} /> : <ModuleTab {...props} />;
    case 'versions':
      return <VersionsTab {...props} />;
    case 'secrets':
      return <SecretsTab {...props} />;
    case 'settings':
      return <SettingsTab {...props} />;
    default:
      return <Empty title="A hook has no such part" />;
  }
}
