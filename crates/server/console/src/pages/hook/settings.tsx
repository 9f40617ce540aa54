import { useState } from 'preact/hooks';
import { api, type Settings } from '../../api';
import { useAction, useLoad } from '../../load';
import { navigate } from '../../router';
import { count, quantity } from '../../text';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Field } from '../../ui/field';
import { ErrorNotice, Loading, say } from '../../ui/notice';
import type { HookProps } from '../hook';
import { forgetWorkspace } from './workspace';

export function SettingsTab({ hook, reload }: HookProps) {
  const settings = useLoad((signal) => api.settings(hook.id, signal), [hook.id]);
  return (
    <>
      <ErrorNotice error={settings.error} onRetry={settings.reload} />
      {!settings.data && !settings.error && <Loading what="the settings" />}
      <div class="stack">
        <Name hook={hook} reload={reload} />
        {settings.data && <Form key={JSON.stringify(settings.data)} id={hook.id} settings={settings.data} reload={settings.reload} />}
        <Danger hook={hook} />
      </div>
    </>
  );
}

function Name({ hook, reload }: Pick<HookProps, 'hook' | 'reload'>) {
  const [name, setName] = useState(hook.name);
  const action = useAction();
  const submit = async () => {
    const changed = await api.changeHook(hook.id, { name });
    await reload();
    setName(changed.name);
    say(`The hook’s name is ${changed.name}.`);
  };
  return (
    <form
      class="card form"
      aria-labelledby="name"
      onSubmit={(event) => {
        event.preventDefault();
        void action.run(submit);
      }}
    >
      <h2 id="name">Name</h2>
      <Field label="Name" hint="It is saved in lower case with hyphens.">
        {(ids) => <input {...ids} value={name} onInput={(event) => setName(event.currentTarget.value)} required maxLength={128} autocomplete="off" />}
      </Field>
      <ErrorNotice error={action.error} />
      <div class="actions">
        <Button type="submit" busy={action.busy} disabled={name === hook.name}>
          Rename
        </Button>
      </div>
    </form>
  );
}

const RETRY: [value: Settings['retry'], label: string, hint: string][] = [
  ['safe', 'Safe', 'A failed attempt is tried again, unless it may have had an effect elsewhere already.'],
  ['always', 'Always', 'Every failed attempt is tried again. The hook must stand being repeated.'],
  ['none', 'None', 'A failed attempt is never tried again; it is kept as dead.'],
];

function unitOf(name: string): string {
  if (name.endsWith('_ms')) return 'ms';
  if (name.includes('bytes')) return 'bytes';
  return '';
}

function hintOf(name: string, value: number, ceiling: number | undefined): string {
  const unit = unitOf(name);
  const now = unit === '' ? '' : `${quantity(value, unit)}; `;
  return ceiling === undefined ? `${now}in ${unit}` : `${now}at most ${unit === '' ? count(ceiling) : quantity(ceiling, unit)}`;
}

function Form({ id, settings, reload }: { id: string; settings: Settings; reload: () => Promise<void> }) {
  const [limits, setLimits] = useState<Record<string, string>>(() =>
    Object.fromEntries(Object.entries(settings.limits).map(([name, value]) => [name, String(value)])),
  );
  const [isOpen, setOpen] = useState(settings.allowed_hosts === null);
  const [hosts, setHosts] = useState((settings.allowed_hosts ?? []).join('\n'));
  const [retry, setRetry] = useState(settings.retry);
  const [order, setOrder] = useState(String(settings.order));
  const action = useAction();

  const submit = async () => {
    // An empty field brings the default back. What is not a number goes as it is: the API says what is wrong with it.
    const changed = Object.entries(limits).filter(([name, text]) => text !== String(settings.limits[name]));
    const lines = hosts.split(/[\s,]+/).filter((line) => line !== '');
    await api.changeSettings(id, {
      limits: Object.fromEntries(changed.map(([name, text]) => [name, text.trim() === '' ? null : Number(text)])),
      allowed_hosts: isOpen ? null : lines,
      retry,
      ...(order.trim() === String(settings.order) ? {} : { order: Number(order) }),
    });
    await reload();
    say('The settings are saved; the next run has them.');
  };

  return (
    <form
      class="card form"
      aria-labelledby="settings"
      onSubmit={(event) => {
        event.preventDefault();
        void action.run(submit);
      }}
    >
      <h2 id="settings">What a run may do</h2>
      <fieldset>
        <legend>Limits of a run</legend>
        <div class="grid">
          {Object.entries(settings.limits).map(([name, value]) => (
            <Field key={name} label={name} hint={hintOf(name, value, settings.ceilings[name])}>
              {(ids) => (
                <input
                  {...ids}
                  inputMode="numeric"
                  pattern="[0-9]*"
                  value={limits[name]}
                  onInput={(event) => {
                    const text = event.currentTarget.value;
                    setLimits((all) => ({ ...all, [name]: text }));
                  }}
                />
              )}
            </Field>
          ))}
        </div>
        <p class="hint">An empty field brings the default back. The operator sets how far each can go.</p>
      </fieldset>
      <fieldset>
        <legend>Hosts that it may call</legend>
        <label class="choice">
          <input type="radio" name="hosts" checked={isOpen} onChange={() => setOpen(true)} />
          <span>Every host that the operator allows</span>
        </label>
        <label class="choice">
          <input type="radio" name="hosts" checked={!isOpen} onChange={() => setOpen(false)} />
          <span>Only these</span>
        </label>
        {!isOpen && (
          <Field label="Allowed hosts" hint="One a line: api.example.com, or *.example.com. An empty list allows none.">
            {(ids) => <textarea {...ids} rows={4} value={hosts} onInput={(event) => setHosts(event.currentTarget.value)} spellcheck={false} />}
          </Field>
        )}
      </fieldset>
      <fieldset>
        <legend>After a failed attempt</legend>
        {RETRY.map(([value, label, hint]) => (
          <label class="choice" key={value}>
            <input type="radio" name="retry" checked={retry === value} onChange={() => setRetry(value)} />
            <span>
              <strong>{label}</strong>
              <span class="hint">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label="Order" hint="Where a trigger has several hooks, those with a lower number run first; of equal ones the older.">
        {(ids) => <input {...ids} inputMode="numeric" pattern="-?[0-9]+" value={order} onInput={(event) => setOrder(event.currentTarget.value)} required />}
      </Field>
      <ErrorNotice error={action.error} />
      <div class="actions">
        <Button kind="primary" type="submit" busy={action.busy}>
          Save settings
        </Button>
      </div>
    </form>
  );
}

function Danger({ hook }: Pick<HookProps, 'hook'>) {
  const [isAsked, setAsked] = useState(false);
  return (
    <section class="card form" aria-labelledby="delete">
      <h2 id="delete">Delete</h2>
      <p class="hint">Its versions, secrets and settings go with it. Its events and their attempts stay.</p>
      <div class="actions">
        <Button kind="danger" icon="trash" onClick={() => setAsked(true)}>
          Delete this hook
        </Button>
      </div>
      {isAsked && (
        <Confirm
          title={`Delete ${hook.name}?`}
          verb="Delete the hook"
          onClose={() => setAsked(false)}
          onConfirm={async () => {
            await api.deleteHook(hook.id);
            forgetWorkspace(hook.id);
            navigate('/hooks');
            say(`${hook.name} is deleted.`);
          }}
        >
          <p>Deliveries that wait for it end as dead. This cannot be undone.</p>
        </Confirm>
      )}
    </section>
  );
}
