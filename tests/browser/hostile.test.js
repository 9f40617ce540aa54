/** What hooks print, throw and get is text: it makes no markup, runs nothing, and hides nothing. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, startBrowser } from './browser.js';
import { OPERATOR_TOKEN, startDaemon, wasTried } from './daemon.js';

const MARKUP = '<img src=x onerror="alert(1)"></script><script>alert(2)</script><a href="javascript:alert(3)">x</a>';
const HIDDEN = '\u202Etxt.exe\u2066 \u001b[31mred\u001b[0m \u001b]8;;https://example.com\u0007link\u2028end\u200B';
const HOSTILE = `${MARKUP} ${HIDDEN}`;
/** As much of it as the name of a token can have. */
const HOSTILE_NAME = `\u202Etxt.exe\u2066 ${MARKUP.slice(0, 80)}`;

const SCRIPT = `module.exports = function (user, context, cb) {
  console.log(${JSON.stringify(HOSTILE)});
  console.log('x'.repeat(100000));
  const error = new Error(${JSON.stringify(HOSTILE)});
  error.name = ${JSON.stringify(HOSTILE)};
  error.retryable = false;
  cb(error);
};
`;

let daemon;
let browser;
let acme;
let hook;
let event;

before(async () => {
  daemon = await startDaemon();
  browser = await startBrowser();
  acme = await daemon.client(OPERATOR_TOKEN).tenant('acme');
  hook = await acme.createHook('hostile', SCRIPT);
  event = await acme.passwordChanged(`${HOSTILE}@example.com`, wasTried);
});

after(async () => {
  await browser?.close();
  await daemon?.stop();
});

const isHostile = (page) => page.getByText('onerror="alert(1)"').first().waitFor();

const PLACES = {
  'the runner': async (page) => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('region', { name: 'Result' }).getByText('onerror="alert(1)"').first().waitFor();
  },
  'the event': isHostile,
  'the events': isHostile,
  'the log': async (page) => {
    await page.locator('.log summary').first().click();
    await page.getByRole('group', { name: 'Details' }).getByText('onerror=').first().waitFor();
  },
  'the live log': async (page) => {
    await page.locator('.connection.live').waitFor();
    await acme.passwordChanged('late@example.com', wasTried);
    await page.locator('.live-log li.info').getByText('onerror="alert(1)"').waitFor();
    await page.locator('.live-log li.entry').getByText('onerror="alert(1)"').first().waitFor();
  },
  'the audit trail': async (page) => {
    await acme.post('/v1/tokens', { name: HOSTILE_NAME });
    await page.reload();
    await page.getByText('onerror=').first().waitFor();
  },
  'the tokens': async (page) => {
    await acme.post('/v1/tokens', { name: HOSTILE_NAME });
    await page.reload();
    await isHostile(page);
  },
};

for (const [name, show] of Object.entries(PLACES)) {
  test(`hostile text is inert in ${name}`, async () => {
    const paths = {
      'the runner': `/hooks/${hook.id}`,
      'the event': `/events/${event.id}`,
      'the events': '/events',
      'the log': '/logs/failed',
      'the live log': '/logs',
      'the audit trail': '/audit',
      'the tokens': '/tokens',
    };
    const page = await open(browser, daemon, { token: acme.token, path: paths[name] });
    await show(page);
    const seen = await page.evaluate(() => ({
      planted: document.querySelectorAll('img, #root script, [onerror], a[href^="javascript"]').length,
      // Editors show such characters in their own way; this is about the page's text.
      text: document.body.textContent + document.title,
      marked: [...document.querySelectorAll('.hidden-character')].map((element) => element.title),
      width: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
    assert.equal(seen.planted, 0);
    assert.doesNotMatch(seen.text, /[\u0000-\u0008\u000B-\u001F\u200B\u2028\u202E\u2066]/);
    assert.ok(seen.marked.includes('U+202E'), `marked are ${seen.marked}`);
    assert.ok(seen.width <= 0, 'a long line makes the page wider');
    await page.done();
  });
}

test('a downloaded log has no hidden characters either', async () => {
  const page = await open(browser, daemon, { token: acme.token, path: '/logs/failed' });
  await page.locator('.log summary').first().waitFor();
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const download = await waiting;
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  assert.equal(JSON.parse(text.split('\n')[0]).type, 'fcph');
  assert.doesNotMatch(text, /[\u0000-\u0008\u000B-\u001F\u200B\u2028\u202E\u2066]/);
  await page.done();
});
