/** The log as it happens: what hooks print, and failed attempts among it. */

import { useMemo, useState } from 'preact/hooks';
import { api, type LogLine } from '../../api';
import { useLoad } from '../../load';
import { Link, setQuery, usePlace } from '../../router';
import { save } from '../../save';
import { useShortcut } from '../../shortcuts';
import { clock, count, counted, visible } from '../../text';
import { Button } from '../../ui/button';
import { Field, Select } from '../../ui/field';
import { Empty, ErrorNotice } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Shown } from '../../ui/shown';
import { type Item, type Tail, useTail } from './tail';

const LEVELS: LogLine['level'][] = ['debug', 'info', 'warn', 'error'];
const SHOWN_AT_ONCE = 300;

export function LiveLog() {
  const { query } = usePlace();
  const filter = { hook: query.get('hook') ?? '', level: query.get('level') ?? '', search: query.get('search') ?? '' };
  const [isPaused, setPaused] = useState(false);
  const [most, setMost] = useState(SHOWN_AT_ONCE);
  const hooks = useLoad((signal) => api.hooks(signal), []);
  const tail = useTail(filter.hook, isPaused);
  const needle = filter.search.toLowerCase();
  const least = LEVELS.indexOf(filter.level as LogLine['level']);
  const matching = useMemo(
    () => tail.items.filter((item) => levelOf(item) >= least && (needle === '' || item.kind === 'gap' || textOf(item).toLowerCase().includes(needle))),
    [tail.items, needle, least],
  );
  useShortcut('p', () => setPaused(!isPaused));
  const change = (name: keyof typeof filter) => (value: string) => setQuery({ ...filter, [name]: value });

  return (
    <>
      <search class="filters">
        <Field label="Search">
          {(ids) => <input {...ids} type="search" value={filter.search} onInput={(event) => change('search')(event.currentTarget.value)} />}
        </Field>
        <Select
          label="Hook"
          value={filter.hook}
          options={[['', 'any hook'], ...(hooks.data ?? []).map((hook): [string, string] => [hook.id, hook.name])]}
          onChange={change('hook')}
        />
        <Select
          label="Level"
          value={filter.level}
          options={[['', 'any level'], ['info', 'info and above'], ['warn', 'warn and above'], ['error', 'errors']]}
          onChange={change('level')}
        />
        <div class="actions">
          <Button icon={isPaused ? 'play' : 'pause'} pressed={isPaused} onClick={() => setPaused(!isPaused)} title="Pause (p)">
            {isPaused ? `Paused, ${count(tail.held)} new` : 'Pause'}
          </Button>
          <Button icon="download" disabled={matching.length === 0} onClick={() => save('hookbox-live', 'txt', matching.map(lineOf).reverse())}>
            Download
          </Button>
          <Button disabled={tail.items.length === 0} onClick={tail.clear}>
            Clear
          </Button>
        </div>
        <Connection tail={tail} />
      </search>
      <ErrorNotice error={tail.error} />
      {tail.items.length === 0 && !tail.error && (
        <Empty title="Nothing yet">
          <p>Whatever your hooks print, and every attempt that fails, appears here as it happens.</p>
          <Link to="/events" class="button plain">
            Send an event
          </Link>
        </Empty>
      )}
      {tail.items.length > 0 && matching.length === 0 && <Empty title="Nothing matches">Nothing that came has that text and level.</Empty>}
      {matching.length > 0 && (
        <ol class="card live-log" aria-label="Live log, newest first">
          {matching.slice(0, most).map((item) => (
            <li key={item.key} class={item.kind === 'line' ? item.line.level : item.kind}>
              <Row item={item} />
            </li>
          ))}
        </ol>
      )}
      {matching.length > most && (
        <nav class="pager" aria-label="Older lines">
          <span class="faint">
            {count(most)} of {count(matching.length)}
          </span>
          <Button onClick={() => setMost(most + SHOWN_AT_ONCE)}>Show more</Button>
        </nav>
      )}
    </>
  );
}

function Connection({ tail }: { tail: Tail }) {
  const words = { connecting: 'connecting…', live: 'live', lost: 'connection lost' };
  return (
    <span class={`connection ${tail.state}`} role="status">
      {words[tail.state]}
    </span>
  );
}

function Row({ item }: { item: Item }) {
  if (item.kind === 'gap') {
    return (
      <p>
        {gapWords(item)} <Link to="/events">Events</Link> keep what their hooks printed.
      </p>
    );
  }
  if (item.kind === 'entry') {
    const { entry } = item;
    return (
      <>
        <time dateTime={item.at}>{clock(item.at)}</time>
        <Badge name="failed" label={entry.type} />
        <span class="who">
          <Shown text={entry.hook_name ?? ''} />
        </span>
        <span class="message">
          <Shown text={entry.description ?? ''} />
        </span>
        {entry.event_id && <Link to={`/events/${entry.event_id}`}>event</Link>}
      </>
    );
  }
  const { line } = item;
  return (
    <>
      <time dateTime={item.at}>{clock(item.at)}</time>
      <span class="level">{line.level}</span>
      <span class="who">
        <Shown text={line.hook_name} />
      </span>
      <span class="message">
        <Shown text={line.message} />
      </span>
      <Link to={`/events/${line.event_id}`}>event</Link>
    </>
  );
}

function gapWords(gap: Item & { kind: 'gap' }): string {
  if (gap.since === undefined) return `More came than could be sent: ${counted(gap.dropped ?? 0, 'line')} dropped.`;
  return `The connection was lost at ${clock(gap.since)} and is back: lines that were printed in between are missing here.`;
}

/** Gaps are shown whatever the filter. */
function levelOf(item: Item): number {
  return item.kind === 'line' ? LEVELS.indexOf(item.line.level) : LEVELS.length;
}

function textOf(item: Item): string {
  if (item.kind === 'gap') return gapWords(item);
  if (item.kind === 'line') return [item.line.level, item.line.hook_name, item.line.event_id, item.line.message].join(' ');
  const { entry } = item;
  return [entry.type, entry.hook_name, entry.event_id, entry.user_name ?? entry.user_id, entry.description].filter(Boolean).join(' ');
}

function lineOf(item: Item): string {
  return visible(`${item.at} ${textOf(item)}`).replaceAll('\n', '⏎');
}
