import { useEffect, useState } from 'preact/hooks';
import { api, type Attempt, type Delivery, type Json } from '../api';
import { isOpen, subjectOf } from '../event-words';
import { useAction, useLoad } from '../load';
import { Link } from '../router';
import { milliseconds } from '../text';
import { Button } from '../ui/button';
import { ErrorNotice, Loading, Notice, say } from '../ui/notice';
import { ExecutionDetails } from '../ui/execution';
import { Badge } from '../ui/outcome';
import { Page } from '../ui/page';
import { Shown, Time } from '../ui/shown';

/** Events whose deliveries run or wait are looked at again and again. */
const EVERY_MS = 1500;

export function EventPage({ id }: { id: string }) {
  const [every, setEvery] = useState<number | undefined>(EVERY_MS);
  const loaded = useLoad((signal) => api.event(id, signal), [id], every);
  const event = loaded.data;
  useEffect(() => setEvery(event && !isOpen(event) ? undefined : EVERY_MS), [event]);

  const replayed = async () => {
    await loaded.reload();
    setEvery(EVERY_MS);
    say('The delivery runs again.');
  };

  if (!event) {
    return (
      <Page title="Event">
        <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
        {!loaded.error && <Loading what="the event" />}
      </Page>
    );
  }
  return (
    <Page
      title={subjectOf(event)}
      beside={
        <span class="facts">
          <span>{event.trigger}</span>
          <span>
            received <Time at={event.received_at} />
          </span>
          {event.initiated_by && (
            <span>
              initiated by <Shown text={event.initiated_by} />
            </span>
          )}
          <code>{event.id}</code>
        </span>
      }
    >
      <p>
        <Link to="/events">All events</Link>
      </p>
      <ErrorNotice error={loaded.error} onRetry={loaded.reload} />
      <div class="stack">
        {event.deliveries.length === 0 && (
          <Notice>No hook of {event.trigger} was enabled when this event came, so nothing runs for it. Enable one, and the next event reaches it.</Notice>
        )}
        {event.deliveries.map((delivery) => (
          <DeliveryCard key={delivery.id} delivery={delivery} onReplayed={replayed} />
        ))}
        <section class="card" aria-labelledby="event-data">
          <header class="card-header">
            <h2 id="event-data">What the identity system sent</h2>
          </header>
          <div class="columns">
            <Data name="user" value={event.user} />
            <Data name="context" value={event.context} />
          </div>
        </section>
      </div>
    </Page>
  );
}

function Data({ name, value }: { name: string; value: Json }) {
  return (
    <div>
      <h3>{name}</h3>
      <pre tabIndex={0} role="group" aria-label={name}>
        <Shown text={JSON.stringify(value, null, 2)} />
      </pre>
    </div>
  );
}

function DeliveryCard({ delivery, onReplayed }: { delivery: Delivery; onReplayed: () => Promise<void> }) {
  const action = useAction();
  const isOver = delivery.state === 'dead' || delivery.state === 'succeeded';
  const replay = () =>
    void action.run(async () => {
      await api.replay(delivery.id);
      await onReplayed();
    });
  const heading = `delivery-${delivery.id}`;
  return (
    <section class="card delivery-card" aria-labelledby={heading}>
      <header class="card-header">
        <h2 id={heading}>
          <Link to={`/hooks/${delivery.hook_id}`}>{delivery.hook_name}</Link>
        </h2>
        <span role="status">
          <Badge name={delivery.state} label={delivery.state === 'leased' ? 'running' : delivery.state} />
        </span>
        {delivery.waiting_for && (
          <span class="why">
            {delivery.state === 'dead' ? 'because ' : 'waits: '}
            <Shown text={delivery.waiting_for} />
          </span>
        )}
        {delivery.next_attempt_at && (
          <span class="faint">
            next attempt <Time at={delivery.next_attempt_at} relative />
          </span>
        )}
        {isOver && (
          <div class="actions">
            <Button icon="again" busy={action.busy} label={`Replay the delivery to ${delivery.hook_name}`} onClick={replay}>
              Replay
            </Button>
          </div>
        )}
      </header>
      <ErrorNotice error={action.error} />
      {delivery.attempts.length === 0 && <p class="faint padded">No attempt yet.</p>}
      <ol class="attempts" reversed>
        {[...delivery.attempts].reverse().map((attempt, index) => (
          <li key={attempt.number}>
            <AttemptDetails attempt={attempt} isOpen={index === 0} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function AttemptDetails({ attempt, isOpen }: { attempt: Attempt; isOpen: boolean }) {
  return (
    <details open={isOpen}>
      <summary>
        <span>Attempt {attempt.number}</span>
        <Badge name={attempt.outcome} />
        <span class="faint">
          version {attempt.version}, <Time at={attempt.started_at} />, {milliseconds(attempt.wall_ms)}
        </span>
      </summary>
      <ExecutionDetails run={attempt} />
    </details>
  );
}
