import { Link } from '../router';
import { Page } from '../ui/page';
import { FailedLog } from './logs/failed';
import { LiveLog } from './logs/live';

/** What hooks print and how they fail: as it happens, and what was kept of it. */
export function LogsPage({ part }: { part: string | undefined }) {
  return (
    <Page title="Logs">
      <nav class="tabs" aria-label="Parts of the log">
        <Link to="/logs" current={part === undefined}>
          Live
        </Link>
        <Link to="/logs/failed" current={part === 'failed'}>
          Failed attempts
        </Link>
      </nav>
      {part === 'failed' ? <FailedLog /> : <LiveLog />}
    </Page>
  );
}
