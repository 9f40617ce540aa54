/** One hook in several tabs and under several hands, and a tab that is signed in anew. */

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

const script = (words) => `module.exports = function (user, context, cb) { cb(null, '${words}'); };`;

const create = (name) => acme.createHook(name, script('at first'));

test('a deployment over what somebody else deployed meanwhile is asked about', async () => {
  const hook = await create('shared');
  const path = `/hooks/${hook.id}`;
  const [ann, bob] = await Promise.all([open(browser, daemon, { token: acme.token, path }), open(browser, daemon, { token: acme.token, path })]);
  for (const page of [ann, bob]) await page.getByText('Version 1, live').waitFor();
  await write(ann, 'Script', script('of Ann'));
  await ann.getByRole('button', { name: 'Deploy', exact: true }).click();
  await ann.getByText('Version 2, live').waitFor();

  await write(bob, 'Script', script('of Bob'));
  await bob.keyboard.press('ControlOrMeta+Shift+Enter');
  const dialog = bob.getByRole('dialog', { name: 'Version 2 went live' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.match((await acme.get(`/api/v2/hooks/${hook.id}`)).script, /of Ann/);
  await bob.getByText('Not saved, kept in this browser').waitFor();

  await bob.getByRole('button', { name: 'Deploy', exact: true }).click();
  await dialog.getByRole('button', { name: 'Save and compare' }).click();
  await bob.getByRole('button', { name: 'Compare version 3 with the live one' }).click();
  await bob.getByRole('heading', { name: 'Version 2, live — Version 3' }).waitFor();
  assert.match((await acme.get(`/api/v2/hooks/${hook.id}`)).script, /of Ann/);
  await bob.done();

  await write(ann, 'Script', script('of Ann, again'));
  await acme.post(`/v1/hooks/${hook.id}/versions/3/activate`);
  await ann.getByRole('button', { name: 'Deploy', exact: true }).click();
  await ann.getByRole('button', { name: 'Deploy all the same' }).click();
  await ann.getByText('Version 4, live').waitFor();
  assert.match((await acme.get(`/api/v2/hooks/${hook.id}`)).script, /of Ann, again/);
  await ann.done();
});

test('each tab keeps its own draft over a reload, and a new tab goes on with the latest', async () => {
  const hook = await create('drafts');
  const path = `/hooks/${hook.id}`;
  const first = await open(browser, daemon, { token: acme.token, path });
  const address = `${daemon.url}/console${path}#token=${encodeURIComponent(acme.token)}`;
  const second = await first.context().newPage();
  await second.goto(address);
  await second.getByText('Version 1, live').waitFor();
  await first.getByText('Version 1, live').waitFor();
  await write(first, 'Script', script('of the first tab'));
  await write(second, 'Script', script('of the second tab'));
  for (const [page, words] of [[first, 'of the first tab'], [second, 'of the second tab']]) {
    await page.reload();
    await page.getByText('Not saved, kept in this browser').waitFor();
    await page.getByText(words).waitFor();
  }
  const third = await first.context().newPage();
  await third.goto(address);
  await third.getByText('of the second tab').waitFor();

  await first.getByRole('button', { name: 'Discard changes' }).click();
  await write(second, 'Script', script('of the second tab, later'));
  await first.reload();
  await first.getByText('Version 1, live').waitFor();
  await first.getByText("'at first'").waitFor();
  await first.done();
});

test('a sign-in link works in a tab that shows the console already', async () => {
  const page = await open(browser, daemon, {});
  await page.getByLabel('Token').waitFor();
  await page.goto(`${daemon.url}/console/#token=${encodeURIComponent(acme.token)}`);
  await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Hooks' }).waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await page.done();
});

test('a long error does not take the list of events for itself', async () => {
  const hook = await acme.createHook('wordy', `module.exports = function (user, context, cb) { cb(new Error('words '.repeat(600))); };`);
  await acme.patch(`/v1/hooks/${hook.id}/settings`, { retry: 'none' });
  await acme.patch(`/api/v2/hooks/${hook.id}`, { enabled: true });
  await acme.passwordChanged('wordy@example.com');
  const page = await open(browser, daemon, { token: acme.token, path: '/events' });
  const row = page.getByRole('row').filter({ hasText: 'wordy@example.com' });
  await row.getByText('words words').waitFor();
  const { height } = await row.boundingBox();
  assert.ok(height < 120, `${height} pixels`);
  await page.done();
});
