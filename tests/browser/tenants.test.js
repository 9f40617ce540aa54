/** Tenants that never see each other, the operator who sees both, and sessions that end. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, startBrowser, write } from './browser.js';
import { OPERATOR_TOKEN, startDaemon, wasTried } from './daemon.js';

let daemon;
let browser;
let acme;
let globex;
let hook;
let event;

before(async () => {
  daemon = await startDaemon();
  browser = await startBrowser();
  const operator = daemon.client(OPERATOR_TOKEN);
  acme = await operator.tenant('acme');
  globex = await operator.tenant('globex');
  hook = await acme.createHook('acme-only', "module.exports = (user, context, cb) => cb(Object.assign(new Error('acme is sad'), { retryable: false }));");
  event = await acme.passwordChanged('someone@acme.example.com', wasTried);
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
});

test('a tenant finds nothing of another one, by list or by address', async () => {
  const empty = { '/': 'Welcome to Hookbox', '/hooks': 'No hooks yet', '/events': 'No events yet', '/logs': 'Nothing yet', '/logs/failed': 'The log is empty', '/tokens': 'yours', '/audit': 'create tenant' };
  const missing = { [`/hooks/${hook.id}`]: 'Hook does not exist', [`/events/${event.id}`]: 'there is no event' };
  for (const [path, text] of Object.entries({ ...empty, ...missing })) {
    const page = await open(browser, daemon, { token: globex.token, path });
    await page.getByText(text).first().waitFor();
    assert.doesNotMatch(await page.locator('body').innerText(), /acme/, path);
    await page.done();
  }
});

test('what one tenant wrote is not shown to the next one who signs in', async () => {
  const page = await open(browser, daemon, { token: acme.token, path: `/hooks/${hook.id}` });
  await write(page, 'Script', '// written by acme\n');
  await page.getByText('Not saved, kept in this browser').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').fill(globex.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Hook does not exist').waitFor();
  await page.getByRole('link', { name: 'Hooks', exact: true }).click();
  await page.getByText('No hooks yet').waitFor();
  assert.equal(await page.getByText('written by acme').count(), 0);
  await page.done();
});

test('the token of an address is taken out of it, stays for a reload, and goes with the tab', async () => {
  const page = await open(browser, daemon, { token: acme.token, path: '/hooks' });
  await page.getByRole('link', { name: 'acme-only' }).waitFor();
  assert.equal(page.url(), `${daemon.url}/console/hooks`);
  await page.reload();
  await page.getByRole('link', { name: 'acme-only' }).waitFor();
  const kept = await page.evaluate(() => JSON.stringify(localStorage) + document.cookie);
  assert.ok(!kept.includes(acme.token), 'the token outlives the tab');
  const other = await page.context().newPage();
  await other.goto(`${daemon.url}/console/hooks`);
  await other.getByRole('heading', { name: 'Sign in to Hookbox' }).waitFor();
  await page.done();
});

test('the operator sees the tenants and makes one, whose token works', async () => {
  const page = await open(browser, daemon, { token: OPERATOR_TOKEN, path: '/tenants' });
  await page.getByRole('row', { name: /^acme 1/ }).waitFor();
  await page.getByRole('button', { name: 'New tenant' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Not a name');
  await page.getByRole('button', { name: 'Create tenant' }).click();
  await page.getByRole('alert').getByText('cannot be the name of a tenant').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('initech');
  await page.getByRole('button', { name: 'Create tenant' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tenant initech' });
  const token = await dialog.locator('dd code').first().innerText();
  assert.deepEqual(await daemon.client(token).get('/v1/hooks'), { hooks: [] });
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('row', { name: /^initech 0/ }).waitFor();
  await page.done();
});

test('the log follows what happens, and a pause holds it', async () => {
  const page = await open(browser, daemon, { token: acme.token, path: '/logs/failed' });
  const entries = page.locator('.log > li');
  await entries.first().waitFor();
  const before = await entries.count();
  const late = await acme.passwordChanged('late@acme.example.com', wasTried);
  await entries.nth(before).waitFor();
  await page.getByLabel('Search what is loaded').fill(late.id);
  await page.waitForFunction(() => document.querySelectorAll('.log > li').length === 1);
  await page.getByRole('button', { name: 'Pause' }).click();
  assert.equal(await page.getByRole('button', { name: 'Paused' }).getAttribute('aria-pressed'), 'true');
  await page.done();
});
