/** How the tenant's hooks do: the figures of a stretch of time, and what waits now. */

import { useState } from 'preact/hooks';
import { api, type Stats } from '../api';
import { Chart } from '../chart/lazy';
import { outcomes } from '../chart/series';
import { useLoad } from '../load';
import { Link, navigate } from '../router';
import { count, milliseconds, span } from '../text';
import { Button } from '../ui/button';
import { Select } from '../ui/field';
import { Empty, ErrorNotice, Loading, Notice } from '../ui/notice';
import { Page } from '../ui/page';
import { Shown } from '../ui/shown';
import { Tile } from '../ui/tile';

const HOUR_MS = 3_600_000;

const RANGES: [ms: string, label: string][] = [
  [String(HOUR_MS), 'the last hour'],
  [String(24 * HOUR_MS), 'the last 24 hours'],
  [String(7 * 24 * HOUR_MS), 'the last 7 days'],
  [String(30 * 24 * HOUR_MS), 'the last 30 days'],
];

export function OverviewPage() {
  const [range, setRange] = useState(String(24 * HOUR_MS));
  const stats = useLoad(
    (signal) => {
      const until = Date.now();
      return api.stats({ since: new Date(until - Number(range)).toISOString(), until: new Date(until).toISOString(), buckets: 48 }, signal);
    },
    [range],
    15_000,
  );
  const hooks = useLoad((signal) => api.hooks(signal), []);
  const error = stats.error ?? hooks.error;
  return (
    <Page title="Overview" beside={<Select label="Time" isInline value={range} options={RANGES} onChange={setRange} />}>
      <ErrorNotice error={error} onRetry={() => void Promise.all([stats.reload(), hooks.reload()])} />
      {(!stats.data || !hooks.data) && !error && <Loading what="the overview" />}
      {hooks.data?.length === 0 && (
        <Empty title="Welcome to Hookbox">
          <p>Three steps to see it work: create a hook from starter code, run it on a sample, and send an event.</p>
          <Button kind="primary" icon="plus" onClick={() => navigate('/hooks/new')}>
            Create your first hook
          </Button>
        </Empty>
      )}
      {hooks.data && hooks.data.length > 0 && stats.data && <Figures stats={stats.data} />}
    </Page>
  );
}

function Figures({ stats }: { stats: Stats }) {
  const attempts = Object.values(stats.outcomes).reduce((sum, number) => sum + number, 0);
  const completed = stats.outcomes['completed'] ?? 0;
  const { backlog } = stats;
  return (
    <div class="stack">
      {stats.sampled && <Notice>There were so many attempts that a part was counted: the numbers are estimates.</Notice>}
      <dl class="tiles">
        <Tile name="Attempts" value={count(attempts)} />
        <Tile name="Completed" value={attempts === 0 ? '–' : `${Math.floor((completed / attempts) * 1000) / 10} %`} />
        <Tile
          name="Waiting"
          value={count(backlog.pending)}
          note={(backlog.leased > 0 || backlog.held > 0) && [backlog.leased > 0 && `${count(backlog.leased)} running`, backlog.held > 0 && `${count(backlog.held)} held`].filter(Boolean).join(', ')}
        />
        <Tile name="Age of the queue" value={backlog.oldest_ms === 0 ? '–' : span(backlog.oldest_ms)} bad={backlog.oldest_ms > 60_000} />
        <Tile name="Dead" value={count(stats.dead)} bad={stats.dead > 0} note={stats.dead > 0 && <Link to="/events?state=dead">Look at them</Link>} />
      </dl>
      {attempts === 0 ? (
        <Empty title="No attempts in this time">
          <p>As soon as an event comes, this page shows how your hooks do.</p>
          <Button kind="primary" onClick={() => navigate('/events')}>
            Send an event
          </Button>
        </Empty>
      ) : (
        <>
          <div class="columns wide-first">
            <section class="card" aria-labelledby="outcomes">
              <header class="card-header">
                <h2 id="outcomes">Attempts by outcome</h2>
              </header>
              <Chart {...outcomes(stats)} />
            </section>
            <section class="card" aria-labelledby="durations">
              <header class="card-header">
                <h2 id="durations">Time of an attempt</h2>
              </header>
              {stats.wall_ms && <Percentiles wall={stats.wall_ms} />}
            </section>
          </div>
          <Hooks hooks={stats.hooks} />
        </>
      )}
    </div>
  );
}

function Percentiles({ wall }: { wall: NonNullable<Stats['wall_ms']> }) {
  const rows: [name: string, value: number][] = [
    ['Half within', wall.p50],
    ['9 in 10 within', wall.p90],
    ['99 in 100 within', wall.p99],
  ];
  const most = Math.max(...rows.map(([, value]) => value), Number.EPSILON);
  return (
    <dl class="bars">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span class="amount">{milliseconds(value)}</span>
            <svg class="meter" aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none">
              <rect class="track" width="100" height="4" />
              <rect class="accent" width={Math.max(0.5, (value / most) * 100)} height="4" />
            </svg>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The hooks that fail most, then those that run most. */
function Hooks({ hooks }: { hooks: Stats['hooks'] }) {
  const rows = [...hooks].sort((a, b) => b.failed - a.failed || b.attempts - a.attempts).slice(0, 10);
  const isFailing = rows.some((row) => row.failed > 0);
  return (
    <section class="card" aria-labelledby="hooks">
      <header class="card-header">
        <h2 id="hooks">{isFailing ? 'Hooks that fail most' : 'Busiest hooks'}</h2>
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Table of hooks">
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
              <th scope="col" class="figure">
                Share
              </th>
              <th scope="col" class="figure">
                Median
              </th>
              <th scope="col">
                <span class="visually-hidden">Events</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.hook_id}>
                <th scope="row">
                  <Link to={`/hooks/${row.hook_id}`}>
                    <Shown text={row.hook_name} />
                  </Link>
                </th>
                <td class="figure">{count(row.failed)}</td>
                <td class="figure">{count(row.attempts)}</td>
                <td class="figure">{row.attempts === 0 ? '–' : `${Math.round((row.failed / row.attempts) * 1000) / 10} %`}</td>
                <td class="figure">{milliseconds(row.wall_ms_p50)}</td>
                <td class="row-actions">
                  <Link to={`/events?hook=${row.hook_id}`} label={`Events of ${row.hook_name}`}>
                    Events
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
