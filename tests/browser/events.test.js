/** Events: found again, explained, and delivered once more. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, startBrowser } from './browser.js';
import { OPERATOR_TOKEN, startDaemon } from './daemon.js';

/** Dies at once for addresses that begin with "bad". */
const FUSSY = `module.exports = (user, context, cb) => {
  if (user.email.startsWith('bad')) return cb(Object.assign(new Error('no such mailbox'), { retryable: false }));
  cb();
};`;
const CONTENT = 'module.exports = (user, context, cb) => cb();';

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

test('a dead delivery is replayed, and succeeds with the mended hook', async () => {
  const acme = await operator.tenant('acme');
  const hook = await acme.createHook('fussy', FUSSY);
  const event = await acme.passwordChanged('bad@example.com');
  assert.equal(event.deliveries[0].state, 'dead');
  await acme.patch(`/api/v2/hooks/${hook.id}`, { script: CONTENT });

  const page = await open(browser, daemon, { token: acme.token, path: '/events?state=dead' });
  await page.getByRole('row', { name: /bad@example\.com/ }).getByRole('link').click();
  await page.getByText('no such mailbox').first().waitFor();
  await page.getByRole('button', { name: 'Replay the delivery to fussy' }).click();
  await page.getByText('The delivery runs again.').waitFor();
  await page.getByText('Attempt 2').waitFor();
  await page.getByText('succeeded', { exact: true }).waitFor();
  assert.equal((await acme.get(`/v1/events/${event.id}`)).deliveries[0].state, 'succeeded');
  await page.done();
});

test('many are replayed by filter, after their number was shown', async () => {
  const globex = await operator.tenant('globex');
  const hook = await globex.createHook('fussy', FUSSY);
  for (const number of [1, 2, 3]) await globex.passwordChanged(`bad${number}@example.com`);
  await globex.passwordChanged('good@example.com');
  await globex.patch(`/api/v2/hooks/${hook.id}`, { script: CONTENT });

  const page = await open(browser, daemon, { token: globex.token, path: '/events?user=bad2@example.com' });
  await page.getByRole('button', { name: 'Replay…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Replay deliveries' });
  await dialog.getByText('1 delivery matches.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await globex.get('/v1/events?state=dead')).events.length, 3, 'counting replays nothing');

  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.getByRole('button', { name: 'Replay…' }).click();
  await dialog.getByText('3 deliveries match.').waitFor();
  await dialog.getByLabel('Which').selectOption('all');
  await dialog.getByText('4 deliveries match.').waitFor();
  await dialog.getByLabel('Which').selectOption('dead');
  await dialog.getByRole('button', { name: 'Replay 3' }).click();
  await page.getByText('3 deliveries run again.').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('tbody .badge.good').length === 4);
  assert.deepEqual((await globex.get('/v1/events?state=dead')).events, []);
  await page.done();
});

test('events are found by state, user, hook and time, and paged', async () => {
  const hooli = await operator.tenant('hooli');
  const hook = await hooli.createHook('content', CONTENT);
  const line = (number) => ({ user: { id: `u${number}`, email: `user${number}@example.com` }, context: { connection: { id: 'con_1', name: 'Users', tenant: 'hooli' } } });
  for (let number = 0; number < 55; number += 1) await hooli.post('/v1/events/post-change-password', line(number));
  const page = await open(browser, daemon, { token: hooli.token, path: '/events' });
  const rows = page.getByRole('row');
  await page.getByText('user54@example.com').waitFor();
  assert.equal(await rows.count(), 51);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('user0@example.com').waitFor();
  assert.equal(await rows.count(), 6);
  await page.getByRole('button', { name: 'Newer' }).click();
  await page.getByText('user54@example.com').waitFor();

  const isOnly = async (email) => {
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await page.getByText(email).waitFor();
  };
  await page.getByLabel('User').fill('USER7@example.com');
  await page.getByLabel('User').press('Enter');
  await isOnly('user7@example.com');
  await page.getByLabel('Hook', { exact: true }).selectOption(hook.id);
  await page.getByLabel('Delivery').selectOption('succeeded');
  await isOnly('user7@example.com');
  await page.reload();
  await isOnly('user7@example.com');
  await page.getByLabel('Until').fill('2001-01-01T00:00');
  await page.getByText('Nothing matches').waitFor();
  await page.done();
});

test('a delivery that waits says for what', async () => {
  const initech = await operator.tenant('initech');
  const hook = await initech.createHook('later', "module.exports = (user, context, cb) => cb(new Error('try later'));");
  const event = await initech.passwordChanged('waits@example.com', (delivery) => delivery.attempts.length > 0);
  const page = await open(browser, daemon, { token: initech.token, path: `/events/${event.id}` });
  await page.getByText(/^next attempt/).waitFor();
  await initech.patch(`/api/v2/hooks/${hook.id}`, { enabled: false });
  await page.getByText(/^waits: .*disabled/).waitFor();
  await page.done();
});

test('a trigger has several enabled hooks where the tenant wants that', async () => {
  const umbrella = await operator.tenant('umbrella');
  await umbrella.createHook('one', CONTENT);
  await umbrella.createHook('two', CONTENT);
  const page = await open(browser, daemon, { token: umbrella.token, path: '/hooks' });
  await page.getByRole('switch', { name: 'Several hooks per trigger' }).click();
  await page.getByText('A trigger can have several enabled hooks now.').waitFor();
  await page.getByRole('switch', { name: 'two is enabled' }).click();
  await page.getByText('post-change-password has 2 enabled hooks.').waitFor();
  const event = await umbrella.passwordChanged('both@example.com');
  assert.deepEqual(event.deliveries.map((delivery) => delivery.hook_name).sort(), ['one', 'two']);
  await page.getByRole('switch', { name: 'Several hooks per trigger' }).click();
  await page.getByRole('alert').getByText(/one.*two|two.*one/).waitFor();
  await page.done();
});
