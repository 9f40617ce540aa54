/** What the editor and the runner beside it do for those who write hooks. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, startBrowser, write } from './browser.js';
import { OPERATOR_TOKEN, startDaemon } from './daemon.js';

let daemon;
let browser;
let acme;

before(async () => {
  daemon = await startDaemon();
  browser = await startBrowser();
  acme = await daemon.client(OPERATOR_TOKEN).tenant('acme');
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const TYPED = `interface Mail {
  to: string;
}

module.exports = function (user: Hookbox.User, context: Hookbox.ConnectionContext, cb: Hookbox.Callback<Mail>) {
  const mail: Mail = { to: user.email as string };
  console.log('to', mail.to);
  cb(null, mail);
};
`;

test('a hook in TypeScript is run and stored without its types, and opened with them', async () => {
  const page = await open(browser, daemon, { token: acme.token, path: '/hooks/new' });
  await page.getByLabel('Name').fill('typed');
  await page.getByRole('radio', { name: /TypeScript/ }).check();
  await page.getByRole('button', { name: 'Create hook' }).click();
  await page.getByRole('heading', { name: 'typed', level: 1 }).waitFor();
  await page.getByText('user: Hookbox.User').waitFor();
  await page.getByText('Types are taken out and not checked').waitFor();

  await write(page, 'Script', TYPED);
  await page.keyboard.press('ControlOrMeta+Enter');
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByText('"to": "user1@example.com"').waitFor();
  await page.keyboard.press('ControlOrMeta+Shift+Enter');
  await page.getByText('Version 2, live').waitFor();
  const [hook] = await acme.get('/api/v2/hooks');
  const [script, comment] = hook.script.split('//# hookbox:typescript ');
  assert.doesNotMatch(script, /interface|: Mail|Hookbox\./);
  assert.match(script, /^\s*module\.exports = function \(user, context, cb\) \{\n\s+const mail = /);
  assert.match(comment, /^[0-9a-f]{8} [A-Za-z0-9+/=]+\n$/);
  assert.equal((await acme.passwordChanged('typed@example.com')).deliveries[0].state, 'succeeded');

  // In a browser that has never seen it, the source comes out of the comment.
  const other = await open(browser, daemon, { token: acme.token, path: `/hooks/${hook.id}` });
  await other.getByText('interface Mail').waitFor();
  await other.done();

  // An error is shown at its line, by what takes out the types and by a run.
  await write(page, 'Script', TYPED.replace('{ to: user.email as string }', '{ to: = }'));
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('alert').getByText('Line 6').waitFor();
  assert.match(await page.locator('.cm-problem-line').innerText(), /to: = /);
  await write(page, 'Script', TYPED.replace('user.email as string', '(user as any).no.email'));
  await page.keyboard.press('ControlOrMeta+Enter');
  await result.getByText('TypeError').first().waitFor();
  assert.match(await page.locator('.cm-problem-line').innerText(), /\.no\.email/);

  // Somebody changes the JavaScript and leaves the comment: that is what runs, so that is what is shown.
  await acme.patch(`/api/v2/hooks/${hook.id}`, { script: hook.script.replace("'to'", "'sent to'") });
  const changed = await open(browser, daemon, { token: acme.token, path: `/hooks/${hook.id}` });
  await changed.getByText("'sent to'").waitFor();
  assert.equal(await changed.getByLabel('Language').inputValue(), 'javascript');
  await changed.done();
  await page.done();
});

test('code that is not saved runs with the stored secrets of its hook', async () => {
  const hook = await acme.createHook('with-secret', 'module.exports = (user, context, cb) => cb();');
  await acme.post(`/api/v2/hooks/${hook.id}/secrets`, { MAIL_KEY: 'a long value that is struck out' });
  const page = await open(browser, daemon, { token: acme.token, path: `/hooks/${hook.id}` });
  await write(page, 'Script', 'module.exports = (user, context, cb) => {\n  cb(null, { length: context.webtask.secrets.MAIL_KEY.length });\n};\n');
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.getByRole('region', { name: 'Result' }).getByText('"length": 31').waitFor();
  await page.done();
});

test('completion knows the arguments, the secrets, the modules and what is in them', async () => {
  const hook = await acme.createHook('completed', 'module.exports = (user, context, cb) => cb();');
  await acme.post(`/api/v2/hooks/${hook.id}/secrets`, { SLACK_TOKEN: 'value' });
  const page = await open(browser, daemon, { token: acme.token, path: `/hooks/${hook.id}` });
  await page.getByRole('textbox', { name: 'Script' }).waitFor();
  const options = async (code) => {
    await write(page, 'Script', code);
    await page.keyboard.press('ControlOrMeta+Space');
    await page.locator('.cm-tooltip-autocomplete li').first().waitFor();
    const found = await page.locator('.cm-completionLabel').allInnerTexts();
    await page.keyboard.press('Escape');
    return found;
  };
  const within = (line) => `module.exports = function (person, ctx, done) {\n  ${line}`;
  assert.deepEqual((await options(within('person.'))).slice(0, 4), ['email', 'id', 'last_password_reset', 'username']);
  assert.ok((await options(within('ctx.webtask.'))).includes('storage'));
  assert.deepEqual(await options(within('ctx.webtask.secrets.')), ['SLACK_TOKEN']);
  assert.ok((await options("const ses = require('aws-sdk/clients/")).includes('aws-sdk/clients/ses'));
  assert.ok((await options("const hash = require('crypto');\nhash.create")).includes('createHmac'));
  const { modules } = await acme.get('/v1/triggers');
  assert.ok(modules.includes('crypto') && modules.includes('lodash'));
  await page.done();
});

test('a sample event is edited, kept, and found again among the earlier ones', async () => {
  const hook = await acme.createHook('sampled', 'module.exports = (user, context, cb) => cb(null, { for: user.email });');
  const page = await open(browser, daemon, { token: acme.token, path: `/hooks/${hook.id}` });
  const result = page.getByRole('region', { name: 'Result' });
  for (const email of ['first@example.com', 'second@example.com']) {
    await write(page, 'Sample event', JSON.stringify({ user: { id: 'u', email }, context: { connection: {} } }));
    await page.keyboard.press('ControlOrMeta+Enter');
    await result.getByText(`"for": "${email}"`).waitFor();
  }
  await page.reload();
  await page.getByText('"second@example.com"').waitFor();
  await page.getByLabel('Earlier samples').selectOption({ index: 2 });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await result.getByText('"for": "first@example.com"').waitFor();
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByText('"user1@example.com"').waitFor();
  await page.done();
});

/** A section of a module, or anything else that begins with its length. All of it is short. */
const sized = (...parts) => {
  const bytes = parts.flat();
  return [bytes.length, ...bytes];
};
const text = (name) => sized(...Buffer.from(name));
const [I32, I64, FUNCTION, MEMORY, END] = [0x7f, 0x7e, 0x00, 0x02, 0x0b];

/** A module whose hook answers 0, for success, and whose allocation is always at 1024. */
const WASM = Buffer.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, ...sized(2, [0x60, 2, I32, I32, 1, I64], [0x60, 1, I32, 1, I32])],
  ...[3, ...sized(2, 0, 1)],
  ...[5, ...sized(1, 0, 1)],
  ...[7, ...sized(3, text('memory'), MEMORY, 0, text('post_change_password'), FUNCTION, 0, text('hookbox_alloc'), FUNCTION, 1)],
  ...[10, ...sized(2, sized(0, 0x42, 0, END), sized(0, 0x41, 0x80, 0x08, END))],
]);

/** The same with a custom section, so that its digest is another. */
const NEXT_WASM = Buffer.from([...WASM, 0, ...sized(text('x'))]);

test('a module is uploaded, run, saved and made live', async () => {
  const globex = await daemon.client(OPERATOR_TOKEN).tenant('globex');
  const page = await open(browser, daemon, { token: globex.token, path: '/hooks/new' });
  await page.getByLabel('Name').fill('compiled');
  await page.getByRole('radio', { name: /WebAssembly/ }).check();
  const file = (name, buffer) => ({ name, mimeType: 'application/wasm', buffer });
  await page.getByLabel('Module', { exact: true }).setInputFiles(file('text.wasm', Buffer.from('(module)')));
  await page.getByRole('button', { name: 'Create hook' }).click();
  await page.getByRole('alert').getByText(/not a WebAssembly module|not .*WebAssembly/i).waitFor();
  await page.getByLabel('Module', { exact: true }).setInputFiles(file('hook.wasm', WASM));
  await page.getByRole('button', { name: 'Create hook' }).click();
  await page.getByRole('heading', { name: 'compiled', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByText('completed', { exact: true }).waitFor();

  await page.getByLabel('A new module').setInputFiles(file('next.wasm', NEXT_WASM));
  await page.getByText('Runs the file that you chose').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await result.getByText('completed', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved as version 2; version 1 stays live.').waitFor();
  await page.getByRole('link', { name: 'Versions' }).click();
  await page.getByRole('button', { name: 'Make live: version 2' }).click();
  await page.getByText('version 2 is live', { exact: true }).waitFor();
  assert.equal((await globex.passwordChanged('module@example.com')).deliveries[0].state, 'succeeded');
  await page.done();
});
