/** The real binary on a free port and a temporary directory, and a client for it. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const OPERATOR_TOKEN = 'operator-token-of-the-tests-0123456789';

const BINARY = process.env.HOOKBOX_BIN ?? new URL('../../target/debug/hookbox', import.meta.url).pathname;

/** Starts a daemon; `stop` ends it and removes its data. */
export async function startDaemon() {
  const folder = await mkdtemp(join(tmpdir(), 'hookbox-browser-'));
  const flags = ['serve', '--listen', '127.0.0.1:0', '--data-dir', join(folder, 'data'), '--operator-token', OPERATOR_TOKEN];
  const child = spawn(BINARY, flags, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HOOKBOX_LOG: 'error' } });
  const ended = once(child, 'exit');
  const url = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => reject(new Error(`the daemon ended with ${status} before it listened`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /^hookbox is listening on (\S+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, stop, client: (token) => clientOf(url, token) };
}

/** Another address for a daemon, whose connections can be cut: until they are mended, new ones end at once. */
export async function startWire(to) {
  const { hostname, port } = new URL(to);
  const open = new Set();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on('error', () => other.destroy()).on('close', () => (open.delete(one), other.destroy()));
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
    return () => (isCut = false);
  };
  return { url: `http://127.0.0.1:${server.address().port}`, cut, stop: () => (cut(), server.close()) };
}

function clientOf(url, token) {
  const call = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    token,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    /** Makes a tenant, as the operator, and gives its client. */
    tenant: async (name) => clientOf(url, (await call('POST', '/v1/tenants', { name })).token),
    createHook: (name, script) => call('POST', '/api/v2/hooks', { name, script, triggerId: 'post-change-password' }),
    /** Reports a password change and waits until nothing more happens by itself, or `until` is content. */
    passwordChanged: async (email, until = isOver) => {
      const body = { user: { id: 'abc123', username: 'user1', email }, context: { connection: { id: 'con_1', name: 'Users', tenant: 'acme' } } };
      const { event_id } = await call('POST', '/v1/events/post-change-password', body);
      return eventually(`event ${event_id}`, async () => {
        const event = await call('GET', `/v1/events/${event_id}`);
        return event.deliveries.every(until) ? event : undefined;
      });
    },
  };
}

const isOver = (delivery) => delivery.state === 'succeeded' || delivery.state === 'dead';

/** A delivery that was tried, whatever came of it. */
export const wasTried = (delivery) => delivery.attempts.length > 0;

async function eventually(what, look) {
  const deadline = Date.now() + 180_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come within 180 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
