/** `/docs`: the API to read and to try, drawn from the daemon's own OpenAPI document. */

import { render } from 'preact';
import { applyTheme } from '../theme';
import { Page } from './page';

applyTheme();
render(<Page />, document.getElementById('root')!);
