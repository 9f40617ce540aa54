/** The whole page: a list of calls to search in, and each of them to open and try. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { useLoad } from '../load';
import { useValue } from '../state';
import { type Theme, setTheme, theme } from '../theme';
import { Field, Select } from '../ui/field';
import { ErrorNotice, Loading } from '../ui/notice';
import { Badge } from './badge';
import { token } from './credential';
import { type Api, type Group, groups, isSought } from './document';
import { OperationCard } from './operation';
import { Prose } from './prose';

export function Page() {
  const { data: api, error, reload } = useLoad(readDocument, []);
  return (
    <div class="docs">
      <a class="skip" href="#main">
        To the calls
      </a>
      {api ? (
        <Reader api={api} />
      ) : (
        <main id="main" class="stack">
          <h1>Hookbox API</h1>
          {error ? <ErrorNotice error={error} onRetry={() => void reload()} /> : <Loading what="the description of the API" />}
        </main>
      )}
    </div>
  );
}

async function readDocument(signal: AbortSignal): Promise<Api> {
  const response = await fetch('/openapi.json', { signal });
  if (!response.ok) throw new Error(`the daemon answers ${response.status}`);
  return (await response.json()) as Api;
}

function Reader({ api }: { api: Api }) {
  const [words, setWords] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set([named()].filter(Boolean)));
  const search = useRef<HTMLInputElement>(null);
  const found = groups(api)
    .map((group) => ({ ...group, calls: group.calls.filter((call) => isSought(call, words)) }))
    .filter((group) => group.calls.length > 0);

  const open = (id: string, isOpen: boolean) =>
    setOpened((before) => {
      const after = new Set(before);
      if (isOpen) after.add(id);
      else after.delete(id);
      return after;
    });

  useEffect(() => {
    const follow = () => {
      const id = named();
      open(id, true);
      // The call may have been hidden by the search until now.
      requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView());
    };
    if (named() !== '') follow();
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);

  useEffect(() => {
    const focusSearch = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.current?.focus();
    };
    document.addEventListener('keydown', focusSearch);
    return () => document.removeEventListener('keydown', focusSearch);
  }, []);

  return (
    <>
      <nav class="contents" aria-label="Calls">
        <label class="stack">
          <span class="visually-hidden">Search, also with the key /</span>
          <input ref={search} type="search" placeholder="Search ( / )" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
        </label>
        {found.length === 0 && <p class="hint">No call has all of these words.</p>}
        {found.map((group) => (
          <Contents key={group.name} group={group} />
        ))}
      </nav>
      <main id="main" class="stack">
        <header class="top">
          <h1>
            {api.info.title} API <span class="faint">{api.info.version}</span>
          </h1>
          <div class="links">
            <a href="/openapi.json">openapi.json</a>
            <a href="/console/">Console</a>
            <ThemeChoice />
          </div>
        </header>
        <Prose text={api.info.description} />
        <Credential />
        {found.map((group) => (
          <section key={group.name} class="stack" aria-label={group.name}>
            <h2>{group.name}</h2>
            <p class="hint">{group.description}</p>
            {group.calls.map((call) => {
              const id = call.operation.operationId;
              return <OperationCard key={id} api={api} call={call} isOpen={opened.has(id)} onToggle={(isOpen) => open(id, isOpen)} />;
            })}
          </section>
        ))}
      </main>
    </>
  );
}

function Contents({ group }: { group: Group }) {
  return (
    <div class="group">
      <h3>{group.name}</h3>
      <ul>
        {group.calls.map(({ method, path, operation }) => (
          <li>
            <a href={`#${operation.operationId}`} title={operation.summary}>
              <Badge method={method} /> <span>{path}</span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Credential() {
  const value = useValue(token);
  return (
    <form class="card credential" aria-label="Credential" onSubmit={(event) => event.preventDefault()}>
      <Field label="Token for what you try here" hint="It stays on this page and is gone with it. Calls are real: they change what they say they change.">
        {(ids) => (
          <input {...ids} type="password" autocomplete="off" spellcheck={false} value={value} onInput={(event) => token.set(event.currentTarget.value)} />
        )}
      </Field>
    </form>
  );
}

function ThemeChoice() {
  const chosen = useValue(theme);
  const options: [Theme, string][] = [
    ['system', 'System colours'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ];
  return <Select label="Colours" isInline value={chosen} options={options} onChange={(value) => setTheme(value as Theme)} />;
}

/** The call that the address names. */
function named(): string {
  const id = decodeURIComponent(location.hash.slice(1));
  return id === 'main' ? '' : id;
}
