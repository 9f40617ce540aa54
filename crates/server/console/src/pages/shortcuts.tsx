import { setSingleKeys, singleKeys } from '../shortcuts';
import { useValue } from '../state';
import { Dialog } from '../ui/dialog';

const COMMON: [keys: string, what: string][] = [
  ['?', 'This list'],
  ['/', 'To the search field of a page'],
  ['Esc', 'Close a dialog; in an editor, let Tab leave it'],
];

const TENANT: typeof COMMON = [
  ['g o', 'Overview'],
  ['g h', 'Hooks'],
  ['g e', 'Events'],
  ['g l', 'Logs'],
  ['g t', 'Tokens'],
  ['g a', 'Audit'],
  ['n', 'New hook, event or token, on their pages'],
  ['r', 'Replay many, on the page of events'],
  ['p', 'Pause the live log'],
  ['Ctrl Enter', 'Run what is written'],
  ['Ctrl S', 'Save a version'],
  ['Ctrl Shift Enter', 'Deploy'],
  ['Ctrl Space', 'Completion, in the editor'],
];

const OPERATOR: typeof COMMON = [
  ['g o', 'Load'],
  ['g t', 'Tenants'],
  ['g a', 'Audit'],
  ['n', 'New tenant'],
];

/** What the keyboard does; on a Mac, Ctrl is the command key. */
export function Shortcuts({ isOperator, onClose }: { isOperator: boolean; onClose: () => void }) {
  const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  const isOn = useValue(singleKeys);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {[...COMMON, ...(isOperator ? OPERATOR : TENANT)].map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{isMac && key === 'Ctrl' ? '⌘' : key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form>
        <label class="choice">
          <input type="checkbox" checked={isOn} onChange={() => setSingleKeys(!isOn)} />
          <span>Keys without Ctrl are on</span>
        </label>
      </form>
    </Dialog>
  );
}
