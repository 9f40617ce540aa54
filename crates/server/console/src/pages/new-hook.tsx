import { useState } from 'preact/hooks';
import { api, type Trigger } from '../api';
import { storedOf } from '../editor/typescript';
import { useAction } from '../load';
import { navigate } from '../router';
import { useTriggers } from '../session';
import { Button } from '../ui/button';
import { Field, Select } from '../ui/field';
import { ErrorNotice, say } from '../ui/notice';
import { Page } from '../ui/page';

const DESCRIPTIONS: Record<string, string> = {
  'post-change-password': 'After a user’s password was changed',
  'post-user-registration': 'After a user has signed up',
  'pre-user-registration': 'Before a user signs up; may refuse',
  'credentials-exchange': 'When a client asks for a token; may change it',
  'send-phone-message': 'When a code is to be sent to a phone',
};

type Kind = 'javascript' | 'typescript' | 'module';

const KINDS: [value: Kind, label: string, hint: string][] = [
  ['javascript', 'JavaScript', 'Starts from code that works; you edit and run it here.'],
  ['typescript', 'TypeScript', 'The same with types. They are taken out before it is stored; the source is kept with it.'],
  ['module', 'WebAssembly module', 'A .wasm file, as `hookbox build` makes it from Rust.'],
];

export function NewHookPage() {
  const triggers = useTriggers();
  const [name, setName] = useState('');
  const [trigger, setTrigger] = useState(triggers[0]?.name ?? '');
  const [kind, setKind] = useState<Kind>('javascript');
  const [file, setFile] = useState<File>();
  const action = useAction();
  const chosen = triggers.find((one) => one.name === trigger);

  const create = async () => {
    if (!chosen) return;
    if (kind === 'module' && !file) throw new Error('Choose a .wasm file first.');
    const hook =
      kind === 'module' && file
        ? await api.createModule(name, trigger, file)
        : await api.createScript(name, trigger, await starter(chosen, kind));
    say(`${hook.name} is there.${hook.enabled ? '' : ' It is off, since its trigger has a hook already.'}`);
    navigate(`/hooks/${hook.id}`);
  };

  return (
    <Page title="New hook">
      <form
        class="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(create);
        }}
      >
        <Field label="Name" hint="Letters, digits, and hyphens between them; it is saved in lower case with hyphens.">
          {(ids) => (
            <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} required maxLength={128} autocomplete="off" />
          )}
        </Field>
        <Select
          label="Trigger"
          value={trigger}
          options={triggers.map((one) => [one.name, `${one.name} — ${DESCRIPTIONS[one.name] ?? one.name}`])}
          onChange={setTrigger}
        />
        <fieldset>
          <legend>Code</legend>
          {KINDS.map(([value, label, hint]) => (
            <label class="choice" key={value}>
              <input type="radio" name="kind" checked={kind === value} onChange={() => setKind(value)} />
              <span>
                <strong>{label}</strong>
                <span class="hint">{hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {kind === 'module' && (
          <Field label="Module" hint="It is checked and compiled before it is kept.">
            {(ids) => (
              <input {...ids} type="file" accept=".wasm,application/wasm" onChange={(event) => setFile(event.currentTarget.files?.[0])} />
            )}
          </Field>
        )}
        <ErrorNotice error={action.error} />
        <div class="actions">
          <Button onClick={() => navigate('/hooks')}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.busy}>
            Create hook
          </Button>
        </div>
      </form>
    </Page>
  );
}

async function starter(trigger: Trigger, kind: Kind): Promise<string> {
  if (kind !== 'typescript') return trigger.starter.javascript;
  const { typedStarter } = await import('../editor/starter');
  return storedOf({ language: 'typescript', text: typedStarter(trigger.starter.javascript, trigger.name) });
}
