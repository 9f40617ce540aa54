/** From the first visit to a delivered event and back again, as a person does it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, startBrowser, write } from './browser.js';
import { OPERATOR_TOKEN, startDaemon } from './daemon.js';

let daemon;
let browser;

before(async () => {
  daemon = await startDaemon();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const BROKEN = `module.exports = function (user, context, cb) {
  console.log('writing to', user.email);
  const name = user.profile.name;
  cb(null, { greeted: name });
};
`;
const MENDED = BROKEN.replace('user.profile.name', 'user.username');

test('a newcomer writes a hook, mends it, deploys it, sees an event succeed, and rolls back', async () => {
  const acme = await daemon.client(OPERATOR_TOKEN).tenant('acme');
  const page = await open(browser, daemon);

  await page.getByLabel('Token').fill('not-a-token');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('does not know this token').waitFor();
  await page.getByLabel('Token').fill(acme.token);
  await page.keyboard.press('Enter');

  await page.getByRole('button', { name: 'Create your first hook' }).click();
  await page.getByLabel('Name').fill('Greeter');
  await page.getByRole('button', { name: 'Create hook' }).click();
  await page.getByRole('heading', { name: 'greeter', level: 1 }).waitFor();
  await page.getByText('password changed for').waitFor();

  // What is written survives a reload, and is not deployed.
  await write(page, 'Script', BROKEN);
  await page.getByText('Not saved, kept in this browser').waitFor();
  await page.reload();
  await page.getByText('user.profile.name').waitFor();
  const [hook] = await acme.get('/api/v2/hooks');
  assert.match(hook.script, /password changed for/);

  const result = page.getByRole('region', { name: 'Result' });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await result.getByText('failed', { exact: true }).waitFor();
  await result.getByText('TypeError').first().waitFor();
  await result.getByText('writing to user1@example.com').waitFor();
  assert.match(await page.locator('.cm-problem-line').innerText(), /user\.profile\.name/);

  await write(page, 'Script', MENDED);
  await page.keyboard.press('ControlOrMeta+Enter');
  await result.getByText('completed', { exact: true }).waitFor();
  await result.getByText('"greeted": "user1"').waitFor();
  await result.getByText('Memory').waitFor();

  // Saved is not live; deployed is.
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Version 2, saved, not live').waitFor();
  assert.equal((await acme.get('/api/v2/hooks'))[0].script, hook.script);
  await page.reload();
  await page.getByText('Version 2, saved, not live').waitFor();
  await page.getByRole('button', { name: 'Deploy' }).click();
  await page.getByText('Version 2, live').waitFor();
  assert.equal((await acme.get('/api/v2/hooks'))[0].script, MENDED);

  await page.getByRole('link', { name: 'Secrets' }).click();
  await page.getByRole('button', { name: 'Add secret' }).click();
  await page.getByLabel('Name').fill('MAIL_KEY');
  await page.getByLabel('Value').fill('a value that nobody reads back');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: 'MAIL_KEY not shown the hook' }).waitFor();

  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.getByRole('button', { name: 'Send your first event' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('heading', { name: 'user1@example.com' }).waitFor();
  await page.getByText('succeeded').waitFor();
  await page.getByText('writing to user1@example.com').waitFor();

  await page.getByRole('link', { name: 'greeter' }).click();
  await page.getByRole('link', { name: 'Versions' }).click();
  await page.getByRole('button', { name: 'Compare version 1 with the live one' }).click();
  await page.getByRole('textbox', { name: 'Version 1' }).waitFor();
  await page.getByRole('textbox', { name: 'Version 2, live' }).waitFor();
  await page.getByRole('button', { name: 'Roll back to version 1' }).click();
  await page.getByText('version 1 is live', { exact: true }).waitFor();
  assert.equal((await acme.get('/api/v2/hooks'))[0].script, hook.script);
  await page.getByRole('link', { name: 'Code' }).click();
  await page.getByText('Version 1, live').waitFor();
  await page.getByRole('button', { name: 'Open version 2' }).click();
  await page.getByText('Version 2, saved, not live').waitFor();
  await page.done();
});

test('a script that cannot be read is refused at its line and stays in the editor', async () => {
  const globex = await daemon.client(OPERATOR_TOKEN).tenant('globex');
  const hook = await globex.createHook('broken', 'module.exports = function (user, context, cb) { cb(); };');
  const page = await open(browser, daemon, { token: globex.token, path: `/hooks/${hook.id}` });
  await write(page, 'Script', "const fine = 1;\nconst text = 'never closed;\n");
  await page.keyboard.press('ControlOrMeta+Enter');
  await page.getByRole('region', { name: 'Result' }).getByText('SyntaxError: unexpected end of string').first().waitFor();
  assert.match(await page.locator('.cm-problem-line').innerText(), /never closed/);
  await page.done();
});

test('a dialog is worked by keyboard, and gives the focus back', async () => {
  const initech = await daemon.client(OPERATOR_TOKEN).tenant('initech');
  const hook = await initech.createHook('quiet', 'module.exports = (user, context, cb) => cb();');
  const page = await open(browser, daemon, { token: initech.token, path: `/hooks/${hook.id}/secrets` });
  const button = page.getByRole('button', { name: 'Add secret' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Add secret' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(await button.evaluate((element) => element === document.activeElement));

  await page.getByRole('switch', { name: 'quiet is enabled' }).press('Space');
  await page.getByText('quiet is disabled').waitFor();
  assert.equal((await initech.get(`/api/v2/hooks/${hook.id}`)).enabled, false);

  await page.getByRole('link', { name: 'Settings' }).press('Enter');
  const wall = page.getByLabel('wall_ms');
  await page.getByText('20 s; at most 60 s').waitFor();
  await wall.fill('60001');
  await page.getByRole('button', { name: 'Save settings' }).press('Enter');
  await page.getByRole('alert').getByText('it must be between 1 and 60000').waitFor();
  await wall.fill('1500');
  await page.getByRole('button', { name: 'Save settings' }).press('Enter');
  await page.getByText('The settings are saved').waitFor();
  assert.equal((await initech.get(`/v1/hooks/${hook.id}/settings`)).limits.wall_ms, 1500);
  await page.done();
});

test('places are reached by keys, which a list tells, and which leave fields alone', async () => {
  const hooli = await daemon.client(OPERATOR_TOKEN).tenant('hooli');
  const page = await open(browser, daemon, { token: hooli.token, path: '/' });
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Pause the live log').waitFor();
  await page.keyboard.press('Escape');
  for (const [key, heading] of [['h', 'Hooks'], ['l', 'Logs'], ['t', 'Tokens'], ['a', 'Audit'], ['e', 'Events']]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  }
  await page.keyboard.press('/');
  await page.keyboard.type('ghost@example.com');
  assert.equal(await page.getByLabel('User').inputValue(), 'ghost@example.com');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing matches').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('user'), 'ghost@example.com');
  await page.done();
});
