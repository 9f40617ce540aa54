/**
 * What is written in the editor of a hook: a version to begin from, and a draft over it.
 *
 * The draft, and which version is open, are kept in the browser under the hook's id, so that a reload loses nothing: each tab
 * has its own, and a new tab goes on with the latest.
 */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { api, type Hook, type HookCode } from '../../api';
import { type Source, sourceOf, storedOf } from '../../editor/typescript';
import { keep, keepByTab, keptByTab } from '../../keep';

interface Draft {
  source: Source;
  /** The version that it began from. */
  base: number;
}

interface Base {
  number: number;
  source: Source;
}

export interface Workspace {
  /** Undefined until the version is there. */
  source: Source | undefined;
  /** What was written last, also when it is not drawn yet: a key can come that early. */
  latest: () => Source;
  /** The version that is open. */
  base: number;
  isChanged: boolean;
  /** Whether what was written last is the open version. */
  isLatestSaved: () => boolean;
  /** The version that a draft began from, where another one has come to be open since. */
  began: number | undefined;
  error: Error | undefined;
  write: (source: Source) => void;
  discard: () => void;
  open: (version: number) => Promise<void>;
  /** Keeps what is written as a version, unless it is one, and answers its number. */
  save: () => Promise<number>;
}

/** Forgets what the browser keeps of a hook's editor: after a roll-back the live version is opened. */
export function forgetOpened(id: string): void {
  keepByTab(`opened.${id}`, undefined);
}

export function forgetWorkspace(id: string): void {
  forgetOpened(id);
  keepByTab(`draft.${id}`, undefined);
  keep(`samples.${id}`, undefined);
}

export function useWorkspace(hook: Hook, code: HookCode): Workspace {
  const [base, setBase] = useState<Base>();
  const [draft, setDraft] = useState(() => keptByTab<Draft>(`draft.${hook.id}`));
  const [error, setError] = useState<Error>();
  const source = base && (draft?.source ?? base.source);
  const latest = useRef(source);
  latest.current = source;

  const write = useCallback(
    (written: Source | undefined) => {
      const isDraft = written && base && !isSame(written, base.source);
      latest.current = written ?? base?.source;
      const next = isDraft ? { source: written, base: draft?.base ?? base.number } : undefined;
      setDraft(next);
      keepByTab(`draft.${hook.id}`, next);
    },
    [base, draft?.base, hook.id],
  );

  const open = useCallback(
    async (number: number) => {
      const isLive = number === hook.version;
      try {
        const stored = isLive ? code.script : ((await api.version(hook.id, number)).script ?? '');
        setBase({ number, source: await sourceOf(stored) });
        setError(undefined);
        keepByTab(`opened.${hook.id}`, isLive ? undefined : number);
      } catch (failure) {
        // It may have been pruned since: the live version is always there.
        if (!isLive && base === undefined) await open(hook.version);
        else setError(failure instanceof Error ? failure : new Error(String(failure)));
      }
    },
    [hook.id, hook.version, code.script, base === undefined],
  );

  useEffect(() => void open(keptByTab<number>(`opened.${hook.id}`) ?? hook.version), [hook.id]);

  const save = useCallback(async () => {
    const saved = latest.current;
    if (!saved || !base) throw new Error('The version is still being loaded.');
    if (isSame(saved, base.source)) return base.number;
    const { version } = await api.saveVersion(hook.id, { script: await storedOf(saved) });
    setBase({ number: version, source: saved });
    keepByTab(`opened.${hook.id}`, version === hook.version ? undefined : version);
    // What was typed while it was saved stays a draft of the new version.
    if (latest.current === saved) {
      setDraft(undefined);
      keepByTab(`draft.${hook.id}`, undefined);
    } else if (latest.current) {
      const next = { source: latest.current, base: version };
      setDraft(next);
      keepByTab(`draft.${hook.id}`, next);
    }
    return version;
  }, [base, hook.id, hook.version]);

  return {
    source,
    latest: () => latest.current ?? { language: 'javascript', text: '' },
    base: base?.number ?? hook.version,
    isChanged: draft !== undefined,
    isLatestSaved: () => base !== undefined && latest.current !== undefined && isSame(latest.current, base.source),
    began: draft && base && draft.base !== base.number ? draft.base : undefined,
    error,
    write,
    discard: () => write(undefined),
    open,
    save,
  };
}

function isSame(a: Source, b: Source): boolean {
  return a.text === b.text && a.language === b.language;
}
