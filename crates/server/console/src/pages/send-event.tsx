import { useState } from 'preact/hooks';
import { api } from '../api';
import { Editor } from '../editor/lazy';
import { useAction } from '../load';
import { useTriggers } from '../session';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Select } from '../ui/field';
import { ErrorNotice } from '../ui/notice';
import { parseSample } from './hook/runner';

interface Props {
  onClose: () => void;
  onSent: (id: string, deliveries: number) => void;
}

/** Reports an event as an identity system would: the enabled hook runs for it, outgoing calls and all. */
export function SendEvent({ onClose, onSent }: Props) {
  const triggers = useTriggers().filter((trigger) => !trigger.blocking);
  const [name, setName] = useState(triggers[0]?.name ?? '');
  const sample = (of: string) => JSON.stringify(triggers.find((trigger) => trigger.name === of)?.sample ?? {}, null, 2);
  const [text, setText] = useState(() => sample(name));
  const action = useAction();
  const send = () =>
    void action.run(async () => {
      const accepted = await api.sendEvent(name, parseSample(text));
      onSent(accepted.event_id, accepted.deliveries);
    });
  return (
    <Dialog title="Send event" onClose={onClose} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <p class="hint">This is a real event: the enabled hook runs and its calls go out. To try code without that, use the Runner of a hook.</p>
        <Select
          label="Trigger"
          value={name}
          options={triggers.map((trigger) => [trigger.name, trigger.name])}
          onChange={(chosen) => {
            setName(chosen);
            setText(sample(chosen));
          }}
        />
        <Editor label="Event" language="json" value={text} onChange={setText} onRun={send} />
        <ErrorNotice error={action.error} />
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.busy}>
            Send
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
