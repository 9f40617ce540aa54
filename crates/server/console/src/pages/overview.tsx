/** How the tenant's hooks do: computed here from the newest events, so that it needs no more than the public API. */

import { useMemo } from 'preact/hooks';
import { api, type Event } from '../api';
import { Chart } from '../chart/lazy';
import { duration, outcomes } from '../chart/series';
import { useLoad } from '../load';
import { Link, navigate } from '../router';
import { count, milliseconds } from '../text';
import { Button } from '../ui/button';
import { Empty, ErrorNotice, Loading } from '../ui/notice';
import { Page } from '../ui/page';
import { Shown, Time } from '../ui/shown';

/** As many events as one reads at a time; the figures are about them and say so. */
const EVENTS = 300;

async function newest(signal: AbortSignal): Promise<Event[]> {
  const events: Event[] = [];
  let from: string | undefined;
  do {
    const page = await api.events({ take: 100, from }, signal);
    events.push(...page.events);
    from = page.next;
  } while (from !== undefined && events.length < EVENTS);
  return events;
}

export function OverviewPage() {
  const events = useLoad(newest, [], 15_000);
  const hooks = useLoad((signal) => api.hooks(signal), []);
  const error = events.error ?? hooks.error;
  return (
    <Page title="Overview">
      <ErrorNotice error={error} onRetry={events.reload} />
      {(!events.data || !hooks.data) && !error && <Loading what="the overview" />}
      {hooks.data?.length === 0 && events.data?.length === 0 && (
        <Empty title="Welcome to Hookbox">
          <p>Three steps to see it work: create a hook from starter code, run it on a sample, and send an event.</p>
          <Button kind="primary" icon="plus" onClick={() => navigate('/hooks/new')}>
            Create your first hook
          </Button>
        </Empty>
      )}
      {hooks.data && hooks.data.length > 0 && events.data?.length === 0 && (
        <Empty title="No events yet">
          <p>As soon as an event comes, this page shows how your hooks do.</p>
          <Button kind="primary" onClick={() => navigate('/events')}>
            Send an event
          </Button>
        </Empty>
      )}
      {events.data && events.data.length > 0 && <Figures events={events.data} />}
    </Page>
  );
}

function Figures({ events }: { events: Event[] }) {
  const figures = useMemo(() => summarise(events), [events]);
  const { since } = figures;
  return (
    <div class="stack">
      <p class="hint">
        The newest {count(events.length)} events, since <Time at={since} />.
      </p>
      <dl class="tiles">
        <Tile name="Deliveries" value={count(figures.deliveries)} />
        <Tile name="Succeeded" value={figures.ended === 0 ? '–' : `${Math.floor((figures.succeeded / figures.ended) * 1000) / 10} %`} />
        <Tile name="Waiting or running" value={count(figures.open)} note={figures.oldestOpen && <>the oldest came <Time at={figures.oldestOpen} relative /></>} />
        <Tile name="Dead" value={count(figures.dead)} bad={figures.dead > 0} note={figures.dead > 0 && <Link to="/events?state=dead">Look at them</Link>} />
        <Tile name="Attempt, median" value={figures.median === undefined ? '–' : milliseconds(figures.median)} />
      </dl>
      <div class="columns">
        <section class="card" aria-labelledby="outcomes">
          <header class="card-header">
            <h2 id="outcomes">Attempts by outcome</h2>
          </header>
          <Chart {...figures.outcomes} />
        </section>
        <section class="card" aria-labelledby="durations">
          <header class="card-header">
            <h2 id="durations">Time of an attempt</h2>
          </header>
          <Chart {...figures.durations} />
        </section>
      </div>
      <Failing events={events} />
    </div>
  );
}

function Tile({ name, value, note, bad }: { name: string; value: string; note?: preact.ComponentChildren; bad?: boolean }) {
  return (
    <div class={bad ? 'tile bad' : 'tile'}>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <span class="note">{note}</span>}
      </dd>
    </div>
  );
}

function Failing({ events }: { events: Event[] }) {
  const byHook = new Map<string, { id: string; name: string; failed: number; all: number; message: string }>();
  for (const delivery of events.flatMap((event) => event.deliveries)) {
    const row = byHook.get(delivery.hook_id) ?? { id: delivery.hook_id, name: delivery.hook_name, failed: 0, all: 0, message: '' };
    for (const attempt of delivery.attempts) {
      row.all += 1;
      if (attempt.outcome === 'completed') continue;
      row.failed += 1;
      // Events come newest first: the first message is the latest.
      row.message ||= attempt.error?.message ?? attempt.outcome;
    }
    byHook.set(delivery.hook_id, row);
  }
  const rows = [...byHook.values()].filter((row) => row.failed > 0).sort((a, b) => b.failed - a.failed);
  if (rows.length === 0) return null;
  return (
    <section class="card" aria-labelledby="failing">
      <header class="card-header">
        <h2 id="failing">Hooks with failed attempts</h2>
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Table of hooks with failed attempts">
        <table>
          <thead>
            <tr>
              <th scope="col">Hook</th>
              <th scope="col" class="figure">
                Failed
              </th>
              <th scope="col" class="figure">
                Attempts
              </th>
              <th scope="col">Last error</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, 10).map((row) => (
              <tr key={row.id}>
                <th scope="row">
                  <Link to={`/events?hook=${row.id}`}>{row.name}</Link>
                </th>
                <td class="figure">{count(row.failed)}</td>
                <td class="figure">{count(row.all)}</td>
                <td>
                  <Shown text={row.message} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function summarise(events: Event[]) {
  const deliveries = events.flatMap((event) => event.deliveries);
  const attempts = deliveries.flatMap((delivery) => delivery.attempts);
  const states = (state: string) => deliveries.filter((delivery) => delivery.state === state).length;
  const open = events.filter((event) => event.deliveries.some((d) => d.state === 'pending' || d.state === 'leased'));
  const times = attempts.map((attempt) => attempt.wall_ms).sort((a, b) => a - b);
  const [succeeded, dead] = [states('succeeded'), states('dead')];
  return {
    since: events.at(-1)?.received_at ?? '',
    deliveries: deliveries.length,
    succeeded,
    dead,
    ended: succeeded + dead,
    open: deliveries.length - succeeded - dead,
    oldestOpen: open.at(-1)?.received_at,
    median: times[Math.floor(times.length / 2)],
    outcomes: outcomes(attempts),
    durations: duration(attempts),
  };
}
