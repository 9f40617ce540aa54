/** Credentials, at the only time that they are shown. */

import { Button } from './button';
import { Dialog } from './dialog';
import { Notice, say } from './notice';

interface Props {
  title: string;
  rows: [name: string, value: string][];
  onClose: () => void;
}

export function Credentials({ title, rows, onClose }: Props) {
  const copy = (name: string, value: string) =>
    void navigator.clipboard?.writeText(value).then(
      () => say(`${name} is copied.`),
      () => say('The browser did not allow it; select the text and copy it.'),
    );
  return (
    <Dialog title={title} onClose={onClose} wide>
      <Notice kind="warn">What follows is shown now and never again: the daemon keeps only hashes. Copy it before you close this.</Notice>
      <dl class="properties">
        {rows.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd class="copyable">
              <code class="long">{value}</code>
              <Button label={`Copy ${name.toLowerCase()}`} onClick={() => copy(name, value)}>
                Copy
              </Button>
            </dd>
          </>
        ))}
      </dl>
      <div class="actions">
        <Button kind="primary" onClick={onClose}>
          I have copied it
        </Button>
      </div>
    </Dialog>
  );
}
