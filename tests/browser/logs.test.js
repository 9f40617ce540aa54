/** The live log: what hooks print as they print it, and what a person does with it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, startBrowser } from './browser.js';
import { OPERATOR_TOKEN, startDaemon, startWire, wasTried } from './daemon.js';

const TALKS = `module.exports = (user, context, cb) => {
  console.log('greeting', user.email);
  console.warn('careful with', user.email);
  if (user.email.startsWith('bad')) return cb(Object.assign(new Error('no such mailbox'), { retryable: false }));
  cb();
};`;

let daemon;
let browser;
let acme;
let hook;

before(async () => {
  daemon = await startDaemon();
  browser = await startBrowser();
  acme = await daemon.client(OPERATOR_TOKEN).tenant('acme');
  hook = await acme.createHook('talks', TALKS);
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const openLive = async (from = daemon) => {
  const page = await open(browser, from, { token: acme.token, path: '/logs' });
  await page.locator('.connection.live').waitFor();
  return page;
};

async function downloaded(page) {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const chunks = [];
  for await (const chunk of await (await waiting).createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('lines and failures come as they happen, and are filtered, paused, searched and downloaded', async () => {
  const page = await openLive();
  const live = page.getByRole('list', { name: 'Live log, newest first' });
  await acme.passwordChanged('first@example.com', wasTried);
  await live.getByText('greeting first@example.com').waitFor();
  await acme.passwordChanged('bad@example.com', wasTried);
  await live.getByText('no such mailbox').first().waitFor();

  await page.getByLabel('Level').selectOption('warn');
  await live.getByText('greeting first@example.com').waitFor({ state: 'detached' });
  await live.getByText('careful with first@example.com').waitFor();
  await page.getByLabel('Search').fill('bad@');
  await live.getByText('careful with first@example.com').waitFor({ state: 'detached' });
  await live.getByText('careful with bad@example.com').waitFor();
  const text = await downloaded(page);
  assert.match(text, /^\d{4}-\d\d-\d\dT[\d:.]+Z warn talks \S+ careful with bad@example\.com$/m);
  assert.doesNotMatch(text, /first@example\.com/);

  await page.getByLabel('Search').fill('');
  await page.getByLabel('Level').selectOption('');
  await page.getByRole('button', { name: 'Pause' }).click();
  await acme.passwordChanged('paused@example.com', wasTried);
  await page.getByRole('button', { name: 'Paused, 2 new' }).waitFor();
  assert.equal(await live.getByText('greeting paused@example.com').count(), 0);
  await page.keyboard.press('p');
  await live.getByText('greeting paused@example.com').waitFor();

  await page.getByLabel('Hook', { exact: true }).selectOption(hook.id);
  await page.locator('.connection.live').waitFor();
  await acme.passwordChanged('by-hook@example.com', wasTried);
  await live.getByText('greeting by-hook@example.com').waitFor();
  await live.getByRole('link', { name: 'event' }).first().click();
  await page.getByRole('heading', { name: 'by-hook@example.com' }).waitFor();
  await page.done();
});

test('a lost connection is said, taken up again, and brings the failures in between', async () => {
  const wire = await startWire(daemon.url);
  const page = await openLive(wire);
  const live = page.getByRole('list', { name: 'Live log, newest first' });
  await acme.passwordChanged('bad-before@example.com', wasTried);
  await live.getByText('careful with bad-before@example.com').waitFor();
  await live.getByText('no such mailbox').first().waitFor();
  const failures = await live.getByText('no such mailbox').count();
  const mend = wire.cut();
  await page.getByText('connection lost').waitFor();
  await acme.passwordChanged('bad-between@example.com', wasTried);
  mend();
  await page.locator('.connection.live').waitFor();
  await live.getByText('lines that were printed in between are missing here').waitFor();
  await live.getByText('no such mailbox').nth(failures).waitFor();
  await acme.passwordChanged('after@example.com', wasTried);
  await live.getByText('greeting after@example.com').waitFor();
  assert.equal(await live.getByText('greeting bad-between@example.com').count(), 0);
  await page.done();
  wire.stop();
});
