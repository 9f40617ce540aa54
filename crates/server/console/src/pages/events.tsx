import { useState } from 'preact/hooks';
import { api, type Event, type ReplayFilter } from '../api';
import { subjectOf } from '../event-words';
import { useLoad } from '../load';
import { Link, navigate, setQuery, usePlace } from '../router';
import { useTriggers } from '../session';
import { useShortcut } from '../shortcuts';
import { utc } from '../text';
import { Button } from '../ui/button';
import { Field, Select } from '../ui/field';
import { Empty, ErrorNotice, Loading, say } from '../ui/notice';
import { Badge } from '../ui/outcome';
import { Page } from '../ui/page';
import { MarkedPages, useMarkers } from '../ui/pages';
import { Shown, Time } from '../ui/shown';
import { ReplayMany } from './replay-many';
import { SendEvent } from './send-event';

const TAKE = 50;

const STATES: [string, string][] = [
  ['', 'any state'],
  ['pending', 'pending'],
  ['leased', 'running'],
  ['succeeded', 'succeeded'],
  ['dead', 'dead'],
];

export function EventsPage() {
  const { query } = usePlace();
  const [open, setOpen] = useState<'send' | 'replay'>();
  const filter = {
    state: query.get('state') ?? '',
    user: query.get('user') ?? '',
    hook: query.get('hook') ?? '',
    trigger: query.get('trigger') ?? '',
    since: query.get('since') ?? '',
    until: query.get('until') ?? '',
  };
  const key = JSON.stringify(filter);
  const markers = useMarkers(key);
  const { from } = markers;
  const hooks = useLoad((signal) => api.hooks(signal), []);
  const events = useLoad(
    (signal) =>
      api.events(
        {
          state: filter.state,
          user: filter.user,
          hook_id: filter.hook,
          trigger: filter.trigger,
          since: utc(filter.since),
          until: utc(filter.until),
          take: TAKE,
          from,
        },
        signal,
      ),
    [key, from],
    from === undefined ? 5000 : undefined,
  );
  const change = (name: keyof typeof filter) => (value: string) => setQuery({ ...filter, [name]: value });
  const isFiltered = Object.values(filter).some((value) => value !== '');
  useShortcut('n', () => setOpen('send'));
  useShortcut('r', () => setOpen('replay'));

  return (
    <Page
      title="Events"
      actions={
        <>
          <Button icon="again" onClick={() => setOpen('replay')} title="Replay many (r)">
            Replay…
          </Button>
          <Button kind="primary" icon="plus" onClick={() => setOpen('send')} title="Send event (n)">
            Send event
          </Button>
        </>
      }
    >
      <search class="filters">
        <UserField value={filter.user} onChange={change('user')} />
        <Select label="Delivery" value={filter.state} options={STATES} onChange={change('state')} />
        <Select
          label="Hook"
          value={filter.hook}
          options={[['', 'any hook'], ...(hooks.data ?? []).map((hook): [string, string] => [hook.id, hook.name])]}
          onChange={change('hook')}
        />
        <Triggers value={filter.trigger} onChange={change('trigger')} />
        <Field label="Since">
          {(ids) => <input {...ids} type="datetime-local" value={filter.since} onChange={(event) => change('since')(event.currentTarget.value)} />}
        </Field>
        <Field label="Until">
          {(ids) => <input {...ids} type="datetime-local" value={filter.until} onChange={(event) => change('until')(event.currentTarget.value)} />}
        </Field>
        {isFiltered && <Button onClick={() => setQuery({})}>Clear filters</Button>}
      </search>
      <ErrorNotice error={events.error} onRetry={events.reload} />
      {!events.data && !events.error && <Loading what="the events" />}
      {events.data?.events.length === 0 && <NoEvents isFiltered={isFiltered || from !== undefined} onSend={() => setOpen('send')} />}
      {events.data && events.data.events.length > 0 && <Table events={events.data.events} />}
      <MarkedPages name="events" markers={markers} next={events.data?.next} />
      {open === 'send' && (
        <SendEvent
          onClose={() => setOpen(undefined)}
          onSent={(id, deliveries) => {
            setOpen(undefined);
            navigate(`/events/${id}`);
            say(deliveries === 0 ? 'Accepted; no hook of this trigger is enabled, so nothing runs.' : 'The event is accepted.');
          }}
        />
      )}
      {open === 'replay' && (
        <ReplayMany
          filter={replayFilter(filter)}
          hooks={hooks.data ?? []}
          onClose={() => setOpen(undefined)}
          onDone={(text) => {
            setOpen(undefined);
            void events.reload();
            say(text);
          }}
        />
      )}
    </Page>
  );
}

/** The page's filters as those of a replay; what waits or runs cannot be replayed. */
function replayFilter(filter: { state: string; user: string; hook: string; trigger: string; since: string; until: string }): ReplayFilter {
  const given = { user: filter.user, hook_id: filter.hook, trigger: filter.trigger, since: utc(filter.since) ?? '', until: utc(filter.until) ?? '' };
  return {
    state: filter.state === 'succeeded' ? 'succeeded' : 'dead',
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
  };
}

/** Asked when it is whole: part of an address finds nobody. */
function UserField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <Field label="User">
      {(ids) => (
        <input
          {...ids}
          type="search"
          placeholder="id, e-mail or name"
          defaultValue={value}
          key={value}
          onChange={(event) => onChange(event.currentTarget.value.trim())}
        />
      )}
    </Field>
  );
}

function Triggers({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const taking = useTriggers().filter((trigger) => !trigger.blocking);
  return (
    <Select label="Trigger" value={value} options={[['', 'any trigger'], ...taking.map((one): [string, string] => [one.name, one.name])]} onChange={onChange} />
  );
}

function NoEvents({ isFiltered, onSend }: { isFiltered: boolean; onSend: () => void }) {
  if (isFiltered) return <Empty title="Nothing matches">Change or clear the filters.</Empty>;
  return (
    <Empty title="No events yet">
      <p>
        Your identity system reports them with <code>POST /v1/events/post-change-password</code>. To see one go through, send it from here.
      </p>
      <Button kind="primary" icon="plus" onClick={onSend}>
        Send your first event
      </Button>
    </Empty>
  );
}

function Table({ events }: { events: Event[] }) {
  return (
    <div class="card scroll" tabIndex={0} role="region" aria-label="Events">
      <table>
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col">User</th>
            <th scope="col">Trigger</th>
            <th scope="col">Deliveries</th>
            <th scope="col">Last attempt</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id}>
              <td>
                <Link to={`/events/${event.id}`}>
                  <Time at={event.received_at} />
                </Link>
              </td>
              <th scope="row" class="subject">
                <Shown text={subjectOf(event)} />
              </th>
              <td>{event.trigger}</td>
              <td>
                {event.deliveries.length === 0 && <span class="faint">no hook was enabled</span>}
                {event.deliveries.map((delivery) => (
                  <span class="delivery" key={delivery.id}>
                    <Badge name={delivery.state} label={delivery.state === 'leased' ? 'running' : delivery.state} /> {delivery.hook_name}
                  </span>
                ))}
              </td>
              <td class="last">
                {event.deliveries.map((delivery) => {
                  const last = delivery.attempts.at(-1);
                  return (
                    <div class="clamped" key={delivery.id}>
                      {last && <LastAttempt number={last.number} outcome={last.outcome} message={last.error?.message} />}
                      {delivery.waiting_for && delivery.state === 'pending' && <Waits reason={delivery.waiting_for} />}
                    </div>
                  );
                })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LastAttempt({ number, outcome, message }: { number: number; outcome: string; message: string | undefined }) {
  if (outcome === 'completed') return <span class="faint">attempt {number} completed</span>;
  return <Shown text={message ?? outcome} />;
}

function Waits({ reason }: { reason: string }) {
  return (
    <p class="faint">
      waits: <Shown text={reason} />
    </p>
  );
}
