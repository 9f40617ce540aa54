/** Two versions side by side; one below the other where there is no room. */

import { javascript } from '@codemirror/lang-javascript';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'preact/hooks';
import { look } from './look';

export interface DiffProps {
  before: { name: string; text: string };
  after: { name: string; text: string };
}

export function Diff({ before, after }: DiffProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current!;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const collapseUnchanged = { margin: 3, minSize: 8 };
    const side = (name: string) => [
      lineNumbers(),
      highlightSpecialChars(),
      EditorState.readOnly.of(true),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': name, 'aria-readonly': 'true', tabindex: '0' }),
      javascript({ typescript: true }),
      look,
    ];
    if (element.clientWidth < 640) {
      const merged = unifiedMergeView({ original: before.text, mergeControls: false, collapseUnchanged });
      const view = new EditorView({
        root,
        parent: root,
        state: EditorState.create({ doc: after.text, extensions: [side(`${after.name}, compared with ${before.name}`), merged] }),
      });
      return () => view.destroy();
    }
    const view = new MergeView({
      root,
      parent: root,
      a: { doc: before.text, extensions: side(before.name) },
      b: { doc: after.text, extensions: side(after.name) },
      collapseUnchanged,
      gutter: true,
    });
    return () => view.destroy();
  }, [before.name, before.text, after.name, after.text]);
  return <div ref={host} class="diff" />;
}
