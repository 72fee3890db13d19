import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '@app/ambient';
import { ensureCertificates } from '../../tools/certs/ensure-certificates.js';
import { entryOf, PROJECT_ROOT } from '../../tools/launcher/project-root.js';
import { startTestServer, type TestServer } from '../support/server-database.js';

const PREFIXES = { 'encryption-service': 'ES', 'core-platform': 'CP' } as const;
type App = keyof typeof PREFIXES;
const APPS: readonly App[] = ['encryption-service', 'core-platform'];
/** From the error to the end of the process, which has nothing to wait for. */
const END_MILLIS = 1_000;
const STOP_MILLIS = 3_000;

let folder: string;
let server: TestServer;
let taken: Server;
let takenPort: string;
const children: ChildProcess[] = [];

function file(name: string): string {
  return join(folder, name);
}

beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT_ROOT, 'tools/bootstrap/run.mjs'), '--build-only']);
  folder = mkdtempSync(join(tmpdir(), 'process-life-'));
  server = await startTestServer(['es', 'cp']);
  await ensureCertificates({ folder, clock: new SystemClock() });
  writeFileSync(file('secret'), randomBytes(32), { mode: 0o600 });
  writeFileSync(file('master'), randomBytes(32), { mode: 0o600 });
  const operator = JSON.stringify({ apiKey: 'a key', apiSecret: 'a secret' });
  writeFileSync(file('operator.json'), operator, { mode: 0o600 });
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  takenPort = (taken.address() as AddressInfo).port.toString();
});

afterEach(() => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
});

afterAll(async () => {
  taken.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

function environment(prefix: 'ES' | 'CP', ports: { data: string; operations: string }) {
  const own = {
    ES: {
      TLS_CLIENT_CA: file('ca.pem'),
      SERVICE_SECRET_FILE: file('secret'),
      KEK_LOCAL_FILE: file('master'),
    },
    CP: {
      SECRET_FILE: file('secret'),
      SERVICE_URL: 'https://localhost:9',
      SERVICE_CA: file('ca.pem'),
      SERVICE_CERTIFICATE: file('core.pem'),
      SERVICE_KEY: file('core.key'),
      SERVICE_OPERATOR_FILE: file('operator.json'),
    },
  };
  const variables = {
    LISTEN_PORT: ports.data,
    TLS_CERTIFICATE: file('server.pem'),
    TLS_KEY: file('server.key'),
    OPERATIONS_PORT: ports.operations,
    OPERATIONS_TLS_CERTIFICATE: file('server.pem'),
    OPERATIONS_TLS_KEY: file('server.key'),
    DATABASE_URL: server.urlOf(prefix.toLowerCase()).expose(),
    ...own[prefix],
  };
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [`${prefix}_${name}`, value]),
  );
}

interface Run {
  readonly child: ChildProcess;
  /** All that it said so far. */
  readonly said: () => string;
}

function start(app: App, data = '0', operations = '0'): Run {
  const child = spawn(process.execPath, [entryOf(app), 'serve'], {
    env: environment(PREFIXES[app], { data, operations }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said };
}

async function silentPeer(url: string): Promise<void> {
  const peer = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  await once(peer, 'connect');
}

describe.each(APPS)('a process of the %s', (app) => {
  it.each([
    ['the data port', () => start(app, takenPort)],
    ['the operations port', () => start(app, '0', takenPort)],
  ])('ends with status 1 when %s is taken', async (_, begin) => {
    const { child, said } = begin();
    const ended = once(child, 'exit');
    await once(child.stderr as NonNullable<typeof child.stderr>, 'data');
    const since = performance.now();
    expect(await ended).toEqual([1, null]);
    expect(performance.now() - since).toBeLessThan(END_MILLIS);
    expect(said()).toContain('EADDRINUSE');
  });

  it('ends with status 0 on SIGTERM, whoever is connected and says nothing', async () => {
    const { child, said } = start(app);
    const ready = await vi.waitFor(() => {
      const line = said()
        .split('\n')
        .find((text) => text.includes('"ready"'));
      return JSON.parse(line ?? '') as { url: string; operationsUrl: string };
    }, 20_000);
    await Promise.all([silentPeer(ready.url), silentPeer(ready.operationsUrl)]);
    const ended = once(child, 'exit');
    const since = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - since).toBeLessThan(STOP_MILLIS);
    expect(said()).toContain('"msg":"stopped"');
  });
});
