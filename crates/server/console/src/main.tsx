import { render } from 'preact';
import { App } from './app';
import { resume } from './session';
import { applyTheme } from './theme';

applyTheme();
resume();
render(<App />, document.getElementById('root')!);
