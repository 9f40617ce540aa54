import { useState } from 'preact/hooks';
import { api, type Hook, type ReplayFilter } from '../api';
import { useAction, useLoad } from '../load';
import { count, time } from '../text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Select } from '../ui/field';
import { ErrorNotice, Loading } from '../ui/notice';
import { Shown } from '../ui/shown';

interface Props {
  /** The filters of the page behind. */
  filter: ReplayFilter;
  hooks: Hook[];
  onClose: () => void;
  onDone: (text: string) => void;
}

/** The most that one call replays. */
const TAKE_MAX = 10_000;

const STATES: [ReplayFilter['state'], string][] = [
  ['dead', 'dead ones'],
  ['succeeded', 'succeeded ones'],
  ['all', 'dead and succeeded ones'],
];

/** Says how many deliveries match before it replays any. */
export function ReplayMany({ filter, hooks, onClose, onDone }: Props) {
  const [state, setState] = useState(filter.state);
  const chosen: ReplayFilter = { ...filter, state };
  const counting = useLoad(() => api.replayMany(chosen, true), [state]);
  const action = useAction();
  const matched = counting.data;
  const replay = () =>
    void action.run(async () => {
      const { replayed } = await api.replayMany(chosen, false);
      onDone(replayed === 1 ? 'One delivery runs again.' : `${count(replayed)} deliveries run again.`);
    });
  const hook = hooks.find((one) => one.id === filter.hook_id);
  const conditions: [string, string | undefined][] = [
    ['Hook', hook?.name ?? filter.hook_id],
    ['Trigger', filter.trigger],
    ['User', filter.user],
    ['Since', filter.since && time(filter.since)],
    ['Until', filter.until && time(filter.until)],
  ];
  const given = conditions.filter((one): one is [string, string] => one[1] !== undefined && one[1] !== '');
  return (
    <Dialog title="Replay deliveries" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          replay();
        }}
      >
        <Select
          label="Which"
          value={state}
          options={STATES}
          onChange={(value) => setState(value as ReplayFilter['state'])}
        />
        {given.length > 0 ? (
          <dl class="properties">
            {given.map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>
                  <Shown text={value} />
                </dd>
              </>
            ))}
          </dl>
        ) : (
          <p class="hint">Of every hook, user and time. The filters of the page narrow it down.</p>
        )}
        <div role="status">
          {matched ? (
            <strong>{matched.matched === 0 ? 'No delivery matches.' : `${count(matched.matched)} ${matched.matched === 1 ? 'delivery matches' : 'deliveries match'}.`}</strong>
          ) : (
            !counting.error && <Loading what="the number" />
          )}
        </div>
        <p class="hint">Each runs again with the live version of its hook, with a fresh schedule of attempts: its calls go out once more.</p>
        <ErrorNotice error={action.error ?? counting.error} />
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.busy} disabled={!matched || matched.matched === 0}>
            {matched && matched.matched > 0 ? `Replay ${count(Math.min(matched.matched, TAKE_MAX))}` : 'Replay'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
