/**
 * The editor for scripts and JSON.
 *
 * It lives in a shadow tree: there CodeMirror keeps its styles in constructed style sheets, which the page's
 * Content-Security-Policy has nothing against, while style elements in the document would need an exception.
 */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { linter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { useEffect, useRef } from 'preact/hooks';
import { complete, type Known } from './completion';
import { look } from './look';
import type { Problem } from './place';
import { problems, setProblem } from './problem';

export interface CodeEditorProps {
  label: string;
  language: 'javascript' | 'typescript' | 'json';
  value: string;
  onChange: (value: string) => void;
  onRun?: () => void;
  onSave?: () => void;
  onDeploy?: () => void;
  problem?: Problem | undefined;
  known?: Known | undefined;
}

export function CodeEditor(props: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = host.current!;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const { language, label, value } = latest.current;
    const own = [
      { key: 'Mod-Shift-Enter', run: () => (latest.current.onDeploy?.(), true) },
      { key: 'Mod-Enter', run: () => (latest.current.onRun?.(), true) },
      { key: 'Mod-s', run: () => (latest.current.onSave?.(), true) },
    ];
    const editor = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: value,
        extensions: [
          keymap.of(own),
          basics,
          language === 'json' ? forJson : forScripts(language === 'typescript', () => latest.current.known),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [props.language, props.label]);

  // A text that did not come from the editor: another sample, a discarded draft.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === props.value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } });
  }, [props.value]);

  useEffect(() => {
    view.current?.dispatch({ effects: setProblem.of(props.problem ?? null) });
  }, [props.problem]);

  return <div ref={host} class={props.language === 'json' ? 'editor json' : 'editor script'} />;
}

const basics: Extension = [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightSpecialChars(),
  history(),
  foldGutter(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  EditorState.tabSize.of(2),
  EditorView.lineWrapping,
  // Escape, then Tab, leaves the editor: CodeMirror's own way out for those who use no mouse.
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...completionKeymap,
    ...lintKeymap,
    indentWithTab,
  ]),
  look,
];

const forJson: Extension = [json(), linter(jsonParseLinter()), problems(false)];

function forScripts(typescript: boolean, known: () => Known | undefined): Extension {
  const support = javascript({ typescript });
  return [support, autocompletion(), support.language.data.of({ autocomplete: complete(known) }), problems(true)];
}
