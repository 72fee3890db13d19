import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { entryOf, PROJECT_ROOT } from '../../tools/launcher/project-root.js';
import { openSystem, type RunningSystem } from '../../tools/launcher/system.js';

/** Enough versions that a rewrap takes longer than the moment of the kill is uncertain. */
const VERSIONS = 40;
const ROUNDS = 6;
const MOST_MILLIS_BEFORE_KILL = 120;

let parent: string;
let system: RunningSystem;
let agent: Agent;
let encryptionId: string;
const blobs: object[] = [];
const keys = [randomBytes(32), randomBytes(32)];

async function send(
  path: string,
  body: object,
  key?: Buffer,
  next?: Buffer,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const { url, apiKey, apiSecret } = system.connection.encryptionService;
  const reply = await request(`${url}/v1${path}`, {
    method: 'POST',
    dispatcher: agent,
    headers: {
      'content-type': 'application/json',
      'x-api-key': apiKey,
      'x-api-secret': apiSecret,
      ...(key === undefined ? {} : { 'x-master-key': key.toString('base64') }),
      ...(next === undefined ? {} : { 'x-new-master-key': next.toString('base64') }),
    },
    body: JSON.stringify(body),
  });
  const json = (await reply.body.json()) as Record<string, unknown>;
  return { status: reply.statusCode, json };
}

/** How many blobs open with a key. A process that was killed is started again by the launcher. */
async function opened(key: Buffer): Promise<number> {
  const body = { encryptionId, items: blobs };
  const { status, json } = await vi.waitFor(() => send('/decrypt/batch', body, key), {
    timeout: 20_000,
    interval: 100,
  });
  if (status === 403) return 0;
  if (status !== 200) throw new Error(JSON.stringify(json));
  return (json['results'] as object[]).filter((result) => 'data' in result).length;
}

beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT_ROOT, 'tools/bootstrap/run.mjs'), '--build-only']);
  parent = mkdtempSync(join(tmpdir(), 'killed-rewrap-'));
  const ports = { encryption: 0, operations: 0, core: 0, coreOperations: 0 };
  system = await openSystem({ dataDirectory: join(parent, 'data'), ports });
  const { ca, clientCertificate, clientKey } = system.connection.encryptionService;
  agent = new Agent({
    connect: {
      ca: readFileSync(ca),
      cert: readFileSync(clientCertificate),
      key: readFileSync(clientKey),
    },
  });
  const [first] = keys;
  const made = await send('/encryptions', { masterKey: { mode: 'client' } }, first);
  encryptionId = String(made.json['encryptionId']);
  for (let i = 0; i < VERSIONS; i += 1) {
    if (i > 0) await send('/rotate', { encryptionId }, first);
    blobs.push((await send('/encrypt', { encryptionId, data: i.toString() }, first)).json);
  }
}, 180_000);

afterAll(async () => {
  await agent.close();
  await system.stop();
  rmSync(parent, { recursive: true });
});

describe('a service that is killed in a rewrap', () => {
  it('leaves every blob readable under exactly one of the two keys', async () => {
    const counts: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [old = Buffer.alloc(0), next = Buffer.alloc(0)] = keys;
      const path = `/encryptions/${encryptionId}/rewrap`;
      const rewrap = send(path, { mode: 'client' }, old, next).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, randomInt(MOST_MILLIS_BEFORE_KILL)));
      const [replica] = system.connection.encryptionService.replicas;
      if (replica !== undefined) process.kill(replica.pid, 'SIGKILL');
      await rewrap;
      const underOld = await opened(old);
      const underNext = await opened(next);
      counts.push([underOld, underNext].sort((a, b) => a - b).join(' and '));
      if (underNext > 0) keys.reverse();
    }
    expect([...new Set(counts)]).toEqual([`0 and ${VERSIONS.toString()}`]);
  }, 120_000);

  it('goes on, under a new outer key as well', async () => {
    const data = join(parent, 'data');
    const { databaseUrl } = system.connection.encryptionService;
    const command = (...words: string[]): string => {
      const run = spawnSync(process.execPath, [entryOf('encryption-service'), ...words], {
        encoding: 'utf8',
        env: {
          ES_DATABASE_URL: databaseUrl,
          ES_SERVICE_SECRET_FILE: join(data, 'keys/encryption-service.secret'),
          ES_KEK_LOCAL_FILE: join(data, 'keys/master.key'),
          ES_TLS_CERTIFICATE: join(data, 'certs/server.pem'),
          ES_TLS_KEY: join(data, 'certs/server.key'),
          ES_TLS_CLIENT_CA: join(data, 'certs/ca.pem'),
        },
      });
      if (run.status !== 0) throw new Error(run.stderr);
      return run.stdout;
    };
    expect(command('outer-key', 'rotate')).toContain(
      '0 encryptions are left under other outer keys',
    );
    const listed = command('outer-key', 'list').trim().split('\n');
    const records = listed.map((line) => / (\d+) records /.exec(line)?.[1]);
    expect(records).toEqual(['0', VERSIONS.toString()]);
    const [key = Buffer.alloc(0)] = keys;
    expect(await opened(key)).toBe(VERSIONS);
    expect((await send('/rotate', { encryptionId }, key)).status).toBe(200);
    expect(command('outer-key', 'relock')).toContain('0 encryptions are left');
  }, 60_000);
});
