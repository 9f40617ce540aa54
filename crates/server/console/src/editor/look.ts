/** How editors look: the page's own colours, which reach into the editors' shadow trees. */

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const look = [
  EditorView.theme({
    '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--code-ground)', fontSize: '13px' },
    '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
    '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
    '.cm-content': { caretColor: 'var(--text)' },
    '.cm-cursor': { borderLeftColor: 'var(--text)' },
    '.cm-gutters': { backgroundColor: 'var(--code-ground)', color: 'var(--faint)', border: 'none' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--code-line)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--code-selection)',
    },
    '.cm-selectionMatch': { backgroundColor: 'var(--code-match)' },
    '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--code-match)' },
    '.cm-problem-line': { backgroundColor: 'var(--bad-ground)' },
    '.cm-tooltip, .cm-panels': {
      backgroundColor: 'var(--raised)',
      color: 'var(--text)',
      border: '1px solid var(--line)',
      borderRadius: '6px',
    },
    '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
    '.cm-diagnostic': { fontFamily: 'var(--sans)', padding: '4px 8px' },
    '.cm-specialChar': { color: 'var(--bad)' },
    '.cm-collapsedLines': { color: 'var(--faint)', background: 'var(--code-line)' },
    '.cm-textfield': { backgroundColor: 'var(--ground)', border: '1px solid var(--line)' },
    '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--raised)', border: '1px solid var(--line)' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.moduleKeyword], color: 'var(--code-keyword)' },
      { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-string)' },
      { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
      { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
      { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--code-function)' },
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-property)' },
      { tag: tags.invalid, color: 'var(--bad)' },
    ]),
  ),
];
