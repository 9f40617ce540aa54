/** The tenant log: failed attempts, the newest first. New entries are asked for every few seconds. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { api, type LogEntry } from '../../api';
import { useAction, useLoad } from '../../load';
import { Link, setQuery, usePlace } from '../../router';
import { useTriggers } from '../../session';
import { save } from '../../save';
import { count, visible } from '../../text';
import { Button } from '../../ui/button';
import { Field, Select } from '../../ui/field';
import { Empty, ErrorNotice, Loading } from '../../ui/notice';
import { Badge } from '../../ui/outcome';
import { Shown, Time } from '../../ui/shown';
import { eventOf } from './tail';

const PER_PAGE = 50;
const EVERY_MS = 2000;

export function FailedLog() {
  const { query } = usePlace();
  const filter = { hook: query.get('hook') ?? '', type: query.get('type') ?? '' };
  const [search, setSearch] = useState('');
  const [isPaused, setPaused] = useState(false);
  const hooks = useLoad((signal) => api.hooks(signal), []);
  const types = [...new Set(useTriggers().map((trigger) => trigger.log_code))];
  const log = useLog(queryOf(filter), isPaused);
  const needle = search.toLowerCase();
  const shown = useMemo(
    () => (needle === '' ? log.entries : log.entries?.filter((entry) => JSON.stringify(entry).toLowerCase().includes(needle))),
    [log.entries, needle],
  );

  return (
    <>
      <search class="filters">
        <Field label="Search what is loaded">
          {(ids) => <input {...ids} type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />}
        </Field>
        <Select
          label="Hook"
          value={filter.hook}
          options={[['', 'any hook'], ...(hooks.data ?? []).map((hook): [string, string] => [hook.id, hook.name])]}
          onChange={(hook) => setQuery({ ...filter, hook })}
        />
        <Select
          label="Type"
          value={filter.type}
          options={[['', 'any type'], ...types.map((type): [string, string] => [type, type])]}
          onChange={(type) => setQuery({ ...filter, type })}
        />
        <div class="actions">
          <Button icon={isPaused ? 'play' : 'pause'} pressed={isPaused} onClick={() => setPaused(!isPaused)}>
            {isPaused ? 'Paused' : 'Pause'}
          </Button>
          <Button icon="download" disabled={!shown?.length} onClick={() => download(shown ?? [])}>
            Download
          </Button>
        </div>
      </search>
      <ErrorNotice error={log.error} />
      {!log.entries && !log.error && <Loading what="the log" />}
      {log.entries?.length === 0 && (
        <Empty title="The log is empty">
          <p>Failed attempts are written here, each with its error. What a hook prints is kept with its event.</p>
          <Link to="/events" class="button plain">
            Look at the events
          </Link>
        </Empty>
      )}
      {log.entries && log.entries.length > 0 && shown?.length === 0 && <Empty title="Nothing matches">No loaded entry has that text.</Empty>}
      {shown && shown.length > 0 && (
        <ol class="card log" aria-label="Log entries, newest first">
          {shown.map((entry) => (
            <li key={entry.log_id}>
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
      )}
      {log.hasMore && (
        <nav class="pager" aria-label="Older entries">
          <span class="faint">{count(log.entries?.length ?? 0)} loaded</span>
          <Button busy={log.isBusy} onClick={log.older}>
            Load older
          </Button>
        </nav>
      )}
    </>
  );
}

interface Log {
  /** Newest first. */
  entries: LogEntry[] | undefined;
  error: Error | undefined;
  hasMore: boolean;
  isBusy: boolean;
  older: () => void;
}

function useLog(q: string, isPaused: boolean): Log {
  const [entries, setEntries] = useState<LogEntry[]>();
  const [hasMore, setHasMore] = useState(false);
  const [error, setError] = useState<Error>();
  const action = useAction();
  const pages = useRef(0);
  const known = useRef<LogEntry[]>([]);

  const add = useCallback((found: LogEntry[]) => {
    const ids = new Set(known.current.map((entry) => entry.log_id));
    const fresh = found.filter((entry) => !ids.has(entry.log_id));
    // Ids grow with time: the newest first.
    known.current = [...known.current, ...fresh].sort((a, b) => (a.log_id < b.log_id ? 1 : -1));
    setEntries(known.current);
  }, []);

  const read = useCallback(
    async (page: number, signal?: AbortSignal) => {
      const found = await api.logs({ page, per_page: PER_PAGE, q }, signal);
      add(found);
      if (page >= pages.current) {
        pages.current = page + 1;
        setHasMore(found.length === PER_PAGE);
      }
    },
    [add, q],
  );

  useEffect(() => {
    const controller = new AbortController();
    pages.current = 0;
    known.current = [];
    setEntries(undefined);
    const load = () =>
      read(0, controller.signal).then(
        () => setError(undefined),
        (failure: Error) => {
          if (!controller.signal.aborted) setError(failure);
        },
      );
    void load();
    const timer = isPaused
      ? undefined
      : setInterval(() => {
          if (document.visibilityState === 'visible') void load();
        }, EVERY_MS);
    return () => {
      controller.abort();
      clearInterval(timer);
    };
  }, [read, isPaused]);

  return {
    entries,
    error: error ?? action.error,
    hasMore,
    isBusy: action.busy,
    // Entries that came in between only push others to later pages: those are read twice and kept once.
    older: () => void action.run(() => read(pages.current)),
  };
}

function Entry({ entry }: { entry: LogEntry }) {
  const event = eventOf(entry);
  return (
    <details>
      <summary>
        <Time at={entry.date} />
        <Badge name="failed" label={entry.type} />
        <span class="message">
          <Shown text={entry.description ?? ''} />
        </span>
        <span class="faint">
          <Shown text={[entry.hook_name, entry.user_name ?? entry.user_id].filter(Boolean).join(' · ')} />
        </span>
      </summary>
      <pre tabIndex={0} role="group" aria-label="Details">
        <Shown text={JSON.stringify(entry.details, null, 2)} />
      </pre>
      <p class="links">
        {event && <Link to={`/events/${event}`}>The event</Link>} {entry.hook_id && <Link to={`/hooks/${entry.hook_id}`}>The hook</Link>}
      </p>
    </details>
  );
}

function queryOf(filter: { hook: string; type: string }): string {
  const parts = [filter.hook && `hook_id:${filter.hook}`, filter.type && `type:${filter.type}`];
  return parts.filter(Boolean).join(' AND ');
}

/** One entry a line, as JSON; hidden characters are as visible as on the page. */
function download(entries: LogEntry[]): void {
  save('hookbox-log', 'ndjson', entries.map((entry) => visible(JSON.stringify(entry))));
}
