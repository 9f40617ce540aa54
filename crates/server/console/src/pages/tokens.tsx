import { useState } from 'preact/hooks';
import { api, type Token, type TokenCreated } from '../api';
import { useAction, useLoad } from '../load';
import { useShortcut } from '../shortcuts';
import { ago } from '../text';
import { Button } from '../ui/button';
import { Credentials } from '../ui/credentials';
import { Confirm, Dialog } from '../ui/dialog';
import { Field, Select } from '../ui/field';
import { Empty, ErrorNotice, Loading, say } from '../ui/notice';
import { Badge } from '../ui/outcome';
import { Page } from '../ui/page';
import { Pages, usePages } from '../ui/pages';
import { Shown, Time } from '../ui/shown';

const DAY_S = 86_400;

const LIFETIMES: [seconds: string, label: string][] = [
  ['', 'never'],
  [String(DAY_S), 'in a day'],
  [String(30 * DAY_S), 'in 30 days'],
  [String(365 * DAY_S), 'in a year'],
];

export function TokensPage() {
  const tokens = useLoad((signal) => api.tokens(signal), []);
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<TokenCreated>();
  const [revoking, setRevoking] = useState<Token>();
  // A token can be given what the one that makes it has.
  const own = tokens.data?.find((token) => token.current)?.scopes ?? [];
  useShortcut('n', () => setCreating(true));
  return (
    <Page
      title="Tokens"
      actions={
        <Button kind="primary" icon="plus" disabled={!tokens.data} onClick={() => setCreating(true)} title="New token (n)">
          New token
        </Button>
      }
    >
      <p class="hint">One token for each program that talks to the daemon, with no more than it needs. A revoked token is refused at once.</p>
      <ErrorNotice error={tokens.error} onRetry={tokens.reload} />
      {!tokens.data && !tokens.error && <Loading what="the tokens" />}
      {tokens.data?.length === 0 && <Empty title="No tokens">The one that you signed in with is not of this list.</Empty>}
      {tokens.data && tokens.data.length > 0 && <Table tokens={tokens.data} onRevoke={setRevoking} />}
      {isCreating && (
        <NewToken
          scopes={own}
          onClose={() => setCreating(false)}
          onCreated={async (token) => {
            setCreating(false);
            setCreated(token);
            await tokens.reload();
          }}
        />
      )}
      {created && <Credentials title={`Token ${created.name}`} rows={[['Token', created.token]]} onClose={() => setCreated(undefined)} />}
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          verb="Revoke the token"
          onClose={() => setRevoking(undefined)}
          onConfirm={async () => {
            await api.revokeToken(revoking.id);
            setRevoking(undefined);
            say(`${revoking.name} is revoked.`);
            await tokens.reload();
          }}
        >
          <p>
            {revoking.current
              ? 'This is the token that you signed in with: you will be signed out. It cannot be brought back.'
              : 'Whoever uses it is refused from now on. It cannot be brought back.'}
          </p>
        </Confirm>
      )}
    </Page>
  );
}

function Table({ tokens, onRevoke }: { tokens: Token[]; onRevoke: (token: Token) => void }) {
  const pages = usePages(tokens);
  return (
    <>
      <div class="card scroll" tabIndex={0} role="region" aria-label="Tokens">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Allows</th>
              <th scope="col">Made</th>
              <th scope="col">Ends</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {pages.shown.map((token) => (
              <tr key={token.id}>
                <th scope="row">
                  <Shown text={token.name} /> {token.current && <Badge name="succeeded" label="yours" />}
                  {token.kind === 'client' && <Badge name="pending" label="client" />}
                </th>
                <td>
                  <Scopes scopes={token.scopes} />
                </td>
                <td>
                  <Time at={token.created_at} />
                </td>
                <td>{token.expires_at ? <Time at={token.expires_at} /> : <span class="faint">never</span>}</td>
                <td>{token.last_used_at ? ago(token.last_used_at) : <span class="faint">not yet</span>}</td>
                <td class="row-actions">
                  <Button kind="danger" label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
                    Revoke
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages name="tokens" {...pages} />
    </>
  );
}

function Scopes({ scopes }: { scopes: string[] }) {
  if (scopes.length <= 3) return <span>{scopes.join(', ') || 'nothing'}</span>;
  return (
    <details class="scopes">
      <summary>{scopes.length} scopes</summary>
      {scopes.join(', ')}
    </details>
  );
}

interface NewTokenProps {
  scopes: string[];
  onClose: () => void;
  onCreated: (token: TokenCreated) => Promise<void>;
}

function NewToken({ scopes, onClose, onCreated }: NewTokenProps) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState(() => new Set(scopes));
  const [lifetime, setLifetime] = useState('');
  const action = useAction();
  const toggle = (scope: string) => {
    const next = new Set(chosen);
    if (!next.delete(scope)) next.add(scope);
    setChosen(next);
  };
  return (
    <Dialog title="New token" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(async () => {
            const expires = lifetime === '' ? {} : { expires_in_s: Number(lifetime) };
            await onCreated(await api.createToken({ name, scopes: [...chosen], ...expires }));
          });
        }}
      >
        <Field label="Name" hint="What it is for: the program, or the person.">
          {(ids) => <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} required maxLength={100} autocomplete="off" />}
        </Field>
        <fieldset>
          <legend>Allows</legend>
          <div class="choices">
            {scopes.map((scope) => (
              <label class="choice" key={scope}>
                <input type="checkbox" checked={chosen.has(scope)} onChange={() => toggle(scope)} />
                <code>{scope}</code>
              </label>
            ))}
          </div>
          <div class="actions">
            <Button onClick={() => setChosen(new Set(scopes))}>All</Button>
            <Button onClick={() => setChosen(new Set(scopes.filter((scope) => scope.startsWith('read:'))))}>Reading only</Button>
            <Button onClick={() => setChosen(new Set())}>None</Button>
          </div>
        </fieldset>
        <Select label="Ends" value={lifetime} options={LIFETIMES} onChange={setLifetime} />
        <ErrorNotice error={action.error} />
        <div class="actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.busy} disabled={chosen.size === 0}>
            Create token
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
