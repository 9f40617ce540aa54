/** Headless Chromium with the console open; whatever the page complains about fails the test. */

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SCREENSHOTS = process.env.HOOKBOX_SCREENSHOTS ?? new URL('../../target/console-screenshots', import.meta.url).pathname;

const WIDE = { width: 1360, height: 860 };
const NARROW = { width: 390, height: 844 };

export async function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * A tab of its own, at a page of the console, signed in with the token of the fragment.
 *
 * `problems` collects what no page may do: errors, refusals of its own policy, calls to anywhere else.
 */
export async function open(browser, daemon, { token, base = '/console', path = '/', viewport = WIDE, colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce', acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const problems = [];
  page.on('pageerror', (error) => problems.push(`error: ${error}`));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.exposeBinding('reportRefusal', (_, refusal) => problems.push(`refused by the page's policy: ${refusal}`));
  await page.addInitScript(watchPolicy);
  await page.addInitScript(noteInteractive);
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(daemon.url) && !address.startsWith('blob:') && !address.startsWith('data:')) problems.push(`request to ${address}`);
  });
  await page.goto(`${daemon.url}${base}${path}${token === undefined ? '' : `#token=${encodeURIComponent(token)}`}`);
  assert.doesNotMatch(await page.title(), /not in this build/, 'the daemon was built without the console; build it where npm is');
  return Object.assign(page, {
    problems,
    async done() {
      await context.close();
      assert.deepEqual(problems, []);
    },
  });
}

/**
 * Runs in the page. Chromium's own editing keeps the look of a text that is typed over, as an inline style: that one the
 * policy refuses, and rightly, for the editor draws what is typed by itself.
 */
function watchPolicy() {
  document.addEventListener('securitypolicyviolation', (event) => {
    const isTypedOver = event.effectiveDirective === 'style-src-attr' && event.sourceFile === '' && event.target?.matches?.('.editor');
    if (!isTypedOver) globalThis.reportRefusal(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.target?.nodeName}`);
  });
}

/** Runs in the page: notes when the console's navigation is there and the browser is free to take a click. */
function noteInteractive() {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('nav[aria-label=Console] a')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (globalThis.interactiveAt = performance.now())));
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Types into an editor in place of what is there. */
export async function write(page, label, text) {
  const editor = page.getByRole('textbox', { name: label, exact: true });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+A');
  // As a paste: typing would bring closing brackets of the editor's own.
  await page.keyboard.insertText(text);
}

/** No violation of what axe checks, shadow trees included. axe comes over the debugger, past the page's policy. */
export async function checkAccessible(page, name) {
  await page.evaluate(await axeSource());
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const found = result.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
  assert.deepEqual(found, [], `${name} is not accessible`);
}

let source;
async function axeSource() {
  const { readFile } = await import('node:fs/promises');
  source ??= readFile(AXE, 'utf8');
  return source;
}

/** A page, light and dark, wide and narrow, into the folder for screenshots; each of them checked with axe. */
export async function picture(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await checkAccessible(page, `${name}, ${colorScheme}`);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(NARROW);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} pixels wider than a narrow screen`);
  await checkAccessible(page, `${name}, narrow`);
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-narrow.png`) });
  await page.setViewportSize(WIDE);
}
