/** The editors, loaded when a page first shows one: they are most of the console's code. */

import { lazyPart } from '../lazy';
import type { CodeEditorProps } from './code-editor';
import type { DiffProps } from './diff';

export const Editor = lazyPart<CodeEditorProps>('the editor', () => import('./code-editor').then((module) => module.CodeEditor));
export const Diff = lazyPart<DiffProps>('the comparison', () => import('./diff').then((module) => module.Diff));
