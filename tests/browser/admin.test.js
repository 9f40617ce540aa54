/** Tokens, the audit trail and sealed secrets of a tenant; tenants, quotas and load of the operator. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, startBrowser } from './browser.js';
import { OPERATOR_TOKEN, startDaemon } from './daemon.js';

let daemon;
let browser;
let operator;

before(async () => {
  daemon = await startDaemon();
  browser = await startBrowser();
  operator = daemon.client(OPERATOR_TOKEN);
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const statusOf = async (token, path) => (await fetch(daemon.url + path, { headers: { authorization: `Bearer ${token}` } })).status;

test('a token is made with less than its maker has, used, and revoked', async () => {
  const acme = await operator.tenant('acme');
  const page = await open(browser, daemon, { token: acme.token, path: '/tokens' });
  await page.getByText('yours').waitFor();
  await page.keyboard.press('n');
  await page.getByLabel('Name').fill('dashboards');
  await page.getByRole('button', { name: 'Reading only' }).click();
  await page.getByLabel('Ends').selectOption({ label: 'in 30 days' });
  await page.getByRole('button', { name: 'Create token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Token dashboards' });
  const token = await dialog.locator('dd code').innerText();
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  assert.equal(await statusOf(token, '/v1/hooks'), 200);
  const refused = await fetch(`${daemon.url}/api/v2/hooks`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  assert.equal(refused.status, 403);

  await page.getByRole('button', { name: 'Revoke dashboards' }).click();
  await page.getByRole('button', { name: 'Revoke the token' }).click();
  await page.getByText('dashboards is revoked.').waitFor();
  assert.equal(await statusOf(token, '/v1/hooks'), 401);

  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('row', { name: /revoke/ }).first().waitFor();
  await page.getByRole('row', { name: /create.*dashboards|dashboards.*create/ }).first().waitFor();
  await page.done();
});

test('a secret is sealed to a host, and the hook gets a placeholder', async () => {
  const globex = await operator.tenant('globex');
  const script = 'module.exports = (user, context, cb) => cb(null, { key: context.webtask.secrets.MAIL_KEY });';
  const hook = await globex.createHook('sealed', script);
  const page = await open(browser, daemon, { token: globex.token, path: `/hooks/${hook.id}/secrets` });
  await page.getByRole('button', { name: 'Add secret' }).click();
  await page.getByLabel('Name').fill('MAIL_KEY');
  await page.getByLabel('Value').fill('the value itself');
  await page.getByLabel('Sealed to hosts').fill('https://api.example.com/');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByRole('alert').getByText(/host/).waitFor();
  await page.getByLabel('Sealed to hosts').fill('api.example.com');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: 'MAIL_KEY not shown sealed api.example.com' }).waitFor();
  const { sealed_secrets } = await globex.get(`/v1/hooks/${hook.id}/settings`);
  assert.deepEqual(sealed_secrets, { MAIL_KEY: { hosts: ['api.example.com'] } });

  await page.getByRole('link', { name: 'Code' }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const value = page.getByRole('group', { name: 'Value' });
  await value.waitFor();
  assert.doesNotMatch(await value.innerText(), /the value itself|\*\*\*/);

  await page.getByRole('link', { name: 'Secrets' }).click();
  await page.getByRole('button', { name: 'Hosts of MAIL_KEY' }).click();
  await page.getByLabel('Sealed to hosts').fill('');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: 'MAIL_KEY not shown the hook' }).waitFor();
  await page.done();
});

test('the operator sees the load and the node, and suspends, limits, helps and deletes a tenant', async () => {
  const hooli = await operator.tenant('hooli');
  const page = await open(browser, daemon, { token: OPERATOR_TOKEN });
  await page.getByRole('heading', { name: 'Load' }).waitFor();
  await page.getByText('alive').waitFor();
  await page.getByText('SQLite').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByLabel('Search by name').fill('hoo');
  await page.getByRole('link', { name: 'hooli' }).click();

  await page.getByRole('switch', { name: 'hooli is active' }).click();
  await page.getByText('Suspended: its calls are refused').waitFor();
  assert.equal(await statusOf(hooli.token, '/v1/hooks'), 403);
  await page.getByRole('switch', { name: 'hooli is active' }).click();
  await page.getByText('hooli is active again.').waitFor();
  assert.equal(await statusOf(hooli.token, '/v1/hooks'), 200);

  await page.getByLabel('Hooks', { exact: true }).fill('7');
  await page.getByRole('button', { name: 'Save quotas' }).click();
  await page.getByText('of 7', { exact: true }).waitFor();
  assert.equal((await operator.get('/v1/tenants/hooli')).quotas.hooks, 7);

  await page.getByRole('button', { name: 'Make a token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Token of hooli' });
  const token = await dialog.locator('dd code').innerText();
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  assert.equal(await statusOf(token, '/v1/hooks'), 200);

  await page.getByRole('button', { name: 'Delete this tenant' }).click();
  const confirm = page.getByRole('button', { name: 'Delete the tenant' });
  await page.getByLabel('Type its name to confirm').fill('hool');
  assert.ok(await confirm.isDisabled());
  await page.getByLabel('Type its name to confirm').fill('hooli');
  await confirm.click();
  await page.getByText('hooli is deleted.').waitFor();
  assert.equal(await statusOf(token, '/v1/hooks'), 401);

  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('row', { name: /hooli/ }).first().waitFor();
  await page.done();
});

test('a long list of tenants is paged', async () => {
  for (let number = 10; number < 70; number += 1) await operator.tenant(`many-${number}`);
  const page = await open(browser, daemon, { token: OPERATOR_TOKEN, path: '/tenants' });
  await page.getByLabel('Search by name').fill('many-');
  await page.getByText('1 to 50 of 60').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('51 to 60 of 60').waitFor();
  assert.equal(await page.getByRole('row').count(), 11);
  assert.ok(await page.getByRole('button', { name: 'Next' }).isDisabled());
  await page.done();
});
