/** The frame around all pages, and which page an address stands for. */

import { EventPage } from './pages/event';
import { EventsPage } from './pages/events';
import { HookPage } from './pages/hook';
import { HooksPage } from './pages/hooks';
import { LogsPage } from './pages/logs';
import { NewHookPage } from './pages/new-hook';
import { OverviewPage } from './pages/overview';
import { SignIn } from './pages/sign-in';
import { TenantsPage } from './pages/tenants';
import { Link, usePlace } from './router';
import { endSession, session } from './session';
import { useValue } from './state';
import { setTheme, theme, type Theme } from './theme';
import { Button } from './ui/button';
import { Icon, type IconName } from './ui/icon';
import { Loading, Said } from './ui/notice';
import { Page } from './ui/page';

const PLACES: [path: string, name: string, icon: IconName][] = [
  ['/', 'Overview', 'overview'],
  ['/hooks', 'Hooks', 'hooks'],
  ['/events', 'Events', 'events'],
  ['/logs', 'Logs', 'logs'],
];

export function App() {
  const who = useValue(session);
  if (who.kind === 'none') return <SignIn message={who.message} />;
  if (who.kind === 'checking') {
    return (
      <main class="sign-in">
        <Loading what="the console" />
      </main>
    );
  }
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Bar isOperator={who.kind === 'operator'} />
      {who.kind === 'operator' ? <TenantsPage /> : <Routed />}
      <Said />
    </div>
  );
}

function Bar({ isOperator }: { isOperator: boolean }) {
  const { path } = usePlace();
  const isHere = (at: string) => path === at || (at !== '/' && path.startsWith(`${at}/`));
  return (
    <header class="bar">
      <Link to="/" class="brand" label="Hookbox, to the start">
        <Icon name="hooks" />
        <span>Hookbox</span>
      </Link>
      <nav aria-label="Console">
        {isOperator ? (
          <Link to="/" current>
            <Icon name="tenants" />
            <span>Tenants</span>
          </Link>
        ) : (
          PLACES.map(([at, name, icon]) => (
            <Link key={at} to={at} current={isHere(at)}>
              <Icon name={icon} />
              <span>{name}</span>
            </Link>
          ))
        )}
      </nav>
      <div class="bar-end">
        <ThemeSwitch />
        <Button kind="quiet" icon="leave" label="Sign out" onClick={() => endSession()} />
      </div>
    </header>
  );
}

const THEMES: Record<Theme, { next: Theme; icon: IconName }> = {
  system: { next: 'light', icon: 'system' },
  light: { next: 'dark', icon: 'sun' },
  dark: { next: 'system', icon: 'moon' },
};

function ThemeSwitch() {
  const chosen = useValue(theme);
  const { next, icon } = THEMES[chosen];
  return (
    <Button kind="quiet" icon={icon} label={`Colours: ${chosen}; change to ${next}`} onClick={() => setTheme(next)} />
  );
}

function Routed() {
  const { path } = usePlace();
  const [first = '', second, third] = path.slice(1).split('/').map(decoded);
  switch (first) {
    case '':
      return <OverviewPage />;
    case 'hooks':
      if (second === undefined) return <HooksPage />;
      if (second === 'new') return <NewHookPage />;
      return <HookPage key={second} id={second} tab={third ?? 'code'} />;
    case 'events':
      return second === undefined ? <EventsPage /> : <EventPage key={second} id={second} />;
    case 'logs':
      return <LogsPage />;
    default:
      return (
        <Page title="There is no such page">
          <p>
            <Link to="/">To the overview</Link>
          </p>
        </Page>
      );
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
