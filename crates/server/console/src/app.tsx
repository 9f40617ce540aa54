/** The frame around all pages, and which page an address stands for. */

import { useState } from 'preact/hooks';
import { AuditPage } from './pages/audit';
import { EventPage } from './pages/event';
import { EventsPage } from './pages/events';
import { HookPage } from './pages/hook';
import { HooksPage } from './pages/hooks';
import { LogsPage } from './pages/logs';
import { NewHookPage } from './pages/new-hook';
import { LoadPage } from './pages/operator/load';
import { TenantPage } from './pages/operator/tenant';
import { TenantsPage } from './pages/operator/tenants';
import { OverviewPage } from './pages/overview';
import { Shortcuts } from './pages/shortcuts';
import { SignIn } from './pages/sign-in';
import { TokensPage } from './pages/tokens';
import { Link, navigate, usePlace } from './router';
import { endSession, session } from './session';
import { useShortcut } from './shortcuts';
import { useValue } from './state';
import { setTheme, theme, type Theme } from './theme';
import { Button } from './ui/button';
import { Icon, type IconName } from './ui/icon';
import { Loading, Said } from './ui/notice';
import { Page } from './ui/page';

type Place = [path: string, name: string, icon: IconName, key: string];

const PLACES: Place[] = [
  ['/', 'Overview', 'overview', 'o'],
  ['/hooks', 'Hooks', 'hooks', 'h'],
  ['/events', 'Events', 'events', 'e'],
  ['/logs', 'Logs', 'logs', 'l'],
  ['/tokens', 'Tokens', 'tokens', 't'],
  ['/audit', 'Audit', 'audit', 'a'],
];

const OPERATOR_PLACES: Place[] = [
  ['/', 'Load', 'overview', 'o'],
  ['/tenants', 'Tenants', 'tenants', 't'],
  ['/audit', 'Audit', 'audit', 'a'],
];

export function App() {
  const who = useValue(session);
  const [isListed, setListed] = useState(false);
  if (who.kind === 'none') return <SignIn message={who.message} />;
  if (who.kind === 'checking') {
    return (
      <main class="sign-in">
        <Loading what="the console" />
      </main>
    );
  }
  const isOperator = who.kind === 'operator';
  return (
    <div class="frame">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Bar places={isOperator ? OPERATOR_PLACES : PLACES} onList={() => setListed(true)} />
      {isOperator ? <OperatorRouted /> : <Routed />}
      {isListed && <Shortcuts isOperator={isOperator} onClose={() => setListed(false)} />}
      <Said />
    </div>
  );
}

function Bar({ places, onList }: { places: Place[]; onList: () => void }) {
  const { path } = usePlace();
  const isHere = (at: string) => path === at || (at !== '/' && path.startsWith(`${at}/`));
  useShortcut('?', onList);
  useShortcut('/', () => document.querySelector<HTMLInputElement>('main input[type=search]')?.focus());
  return (
    <header class="bar">
      <Link to="/" class="brand" label="Hookbox, to the start">
        <Icon name="hooks" />
        <span>Hookbox</span>
      </Link>
      <nav aria-label="Console">
        {places.map(([at, name, icon, key]) => (
          <Link key={at} to={at} current={isHere(at)}>
            <GoTo place={at} by={key} />
            <Icon name={icon} />
            <span>{name}</span>
          </Link>
        ))}
      </nav>
      <div class="bar-end">
        <ThemeSwitch />
        <Button kind="quiet" icon="keyboard" label="Keyboard shortcuts (?)" onClick={onList} />
        <Button kind="quiet" icon="leave" label="Sign out" onClick={() => endSession()} />
      </div>
    </header>
  );
}

/** The key for a place, which shows nothing. */
function GoTo({ place, by }: { place: string; by: string }) {
  useShortcut(`g ${by}`, () => navigate(place));
  return null;
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
  const [first = '', second, third] = useParts();
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
      return <LogsPage part={second} />;
    case 'tokens':
      return <TokensPage />;
    case 'audit':
      return <AuditPage />;
    default:
      return <Nowhere />;
  }
}

function OperatorRouted() {
  const [first = '', second] = useParts();
  switch (first) {
    case '':
      return <LoadPage />;
    case 'tenants':
      return second === undefined ? <TenantsPage /> : <TenantPage key={second} name={second} />;
    case 'audit':
      return <AuditPage />;
    default:
      return <Nowhere />;
  }
}

function Nowhere() {
  return (
    <Page title="There is no such page">
      <p>
        <Link to="/">To the start</Link>
      </p>
    </Page>
  );
}

function useParts(): string[] {
  return usePlace().path.slice(1).split('/').map(decoded);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
