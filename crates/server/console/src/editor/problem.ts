/** What is wrong in a script: what the grammar finds, and what a run or a deployment said, at its line. */

import { syntaxTree } from '@codemirror/language';
import { type Diagnostic, linter } from '@codemirror/lint';
import { type EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import type { Problem } from './place';

export const setProblem = StateEffect.define<Problem | null>();

/** What was said of a text holds for that text only. */
const said = StateField.define<Problem | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setProblem)) return effect.value;
    return transaction.docChanged ? null : value;
  },
  provide: (field) =>
    EditorView.decorations.compute(['doc', field], (state) => {
      const problem = state.field(field);
      const line = problem && lineOf(state, problem);
      return line ? Decoration.set(Decoration.line({ class: 'cm-problem-line' }).range(line.from)) : Decoration.none;
    }),
});

export function problems(checkSyntax: boolean): Extension {
  return [
    said,
    linter((view) => [...ofRun(view.state), ...(checkSyntax ? ofSyntax(view.state) : [])], {
      delay: 300,
      needsRefresh: (update) => update.startState.field(said) !== update.state.field(said),
    }),
  ];
}

function lineOf(state: EditorState, problem: Problem) {
  return problem.line >= 1 && problem.line <= state.doc.lines ? state.doc.line(problem.line) : undefined;
}

function ofRun(state: EditorState): Diagnostic[] {
  const problem = state.field(said);
  const line = problem && lineOf(state, problem);
  if (!problem || !line) return [];
  const from = problem.column === undefined ? line.from : Math.min(line.to, line.from + problem.column - 1);
  return [{ from, to: line.to, severity: 'error', message: problem.message }];
}

function ofSyntax(state: EditorState): Diagnostic[] {
  const found: Diagnostic[] = [];
  syntaxTree(state).iterate({
    enter(node) {
      if (!node.type.isError || found.length >= 20) return;
      found.push({ from: node.from, to: Math.max(node.to, Math.min(node.from + 1, state.doc.length)), severity: 'error', message: syntaxMessage(state, node.from) });
    },
  });
  return found;
}

function syntaxMessage(state: EditorState, from: number): string {
  const rest = state.doc.lineAt(from).text.slice(from - state.doc.lineAt(from).from).trimStart();
  const next = /^(?:[\w$]+|\S)/.exec(rest)?.[0];
  return next === undefined ? 'Syntax error: something is missing here' : `Syntax error at ${next}`;
}
