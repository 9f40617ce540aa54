/** The page to read and try the API: drawn from the daemon's own description, and what is tried there is really called. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, picture, startBrowser } from './browser.js';
import { OPERATOR_TOKEN, startDaemon } from './daemon.js';

let browser, daemon, tenant;

before(async () => {
  [browser, daemon] = await Promise.all([startBrowser(), startDaemon()]);
  tenant = await daemon.client(OPERATOR_TOKEN).tenant('acme');
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
});

test('every call of the description can be found, read and opened by its address', async () => {
  const page = await open(browser, daemon, { base: '/docs', path: '' });
  const api = await (await fetch(`${daemon.url}/openapi.json`)).json();
  const ids = Object.values(api.paths).flatMap((item) => Object.values(item).map((operation) => operation.operationId));
  await page.getByRole('heading', { level: 1, name: /Hookbox API/ }).waitFor();
  assert.equal(await page.locator('details.operation').count(), ids.length);
  assert.equal(await page.locator('.contents a').count(), ids.length);

  await page.keyboard.press('/');
  await page.keyboard.type('post runner');
  await page.getByText('/v1/runner').first().waitFor();
  assert.equal(await page.locator('details.operation').count(), 1);
  await page.getByRole('searchbox').fill('no such call');
  await page.getByText('No call has all of these words.').waitFor();
  await page.getByRole('searchbox').fill('');

  await page.getByRole('link', { name: /GET \/v1\/events$/ }).click();
  const card = page.locator('#listEvents');
  await card.getByText("Takes a tenant's token with read:events.").waitFor();
  await card.getByText('Events, newest first.', { exact: true }).click();
  await card.getByText('required').first().waitFor();
  await picture(page, 'docs');
  await page.done();
});

test('a call that is tried is sent with the token, and its answer is shown as text', async () => {
  const page = await open(browser, daemon, { base: '/docs', path: '#runHook' });
  const card = page.locator('#runHook');
  await card.getByRole('button', { name: 'Send' }).click();
  await card.getByText('401 Unauthorized').waitFor();

  await page.getByLabel('Token for what you try here').fill(tenant.token);
  const markup = '<img src=x onerror=alert(1)>';
  const script = `module.exports = (user, context, cb) => { console.log(${JSON.stringify(markup)}); cb(); };`;
  await card.getByLabel('Body', { exact: true }).fill(JSON.stringify({ trigger: 'post-change-password', script }));
  // With the keyboard alone.
  await card.getByRole('button', { name: 'Send' }).focus();
  await page.keyboard.press('Enter');
  await card.getByText('200 OK').waitFor();
  await card.getByText('"outcome": "completed"').waitFor();
  assert.ok((await card.getByLabel('Body of the answer').textContent()).includes(markup));
  assert.equal(await card.locator('img').count(), 0);
  await card.getByText('As a command').click();
  const command = await card.getByText(/^curl -sS -X POST/).textContent();
  assert.ok(command.includes('"$HOOKBOX_URL"\'/v1/runner\'') && !command.includes(tenant.token), command);
  await page.done();
});

test('what a path, a query and a choice ask for goes into the address', async () => {
  const page = await open(browser, daemon, { base: '/docs', path: '#listEvents', colorScheme: 'dark' });
  await page.getByLabel('Token for what you try here').fill(tenant.token);
  const card = page.locator('#listEvents');
  await card.getByLabel('take').fill('0');
  await card.getByLabel('state').selectOption('dead');
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.url().includes('/v1/events')),
    card.getByRole('button', { name: 'Send' }).click(),
  ]);
  assert.equal(new URL(request.url()).search, '?state=dead&take=0');
  await card.getByText('400 Bad Request').waitFor();
  await card.getByText('it must be a whole number between 1 and 100').waitFor();
  await page.done();
});
