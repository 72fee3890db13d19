import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../tools/launcher/project-root.js';
import { openSystem, type RunningSystem } from '../../tools/launcher/system.js';
import { dumpRows, filesUnder, namesFoundIn } from '../support/secret-search.js';

const CANARIES = {
  plaintext: 'canary plaintext 7f3a9c51e0b24d68',
  metadata: 'canary metadata 1c9e57d2ab6403f8',
  password: 'canary password 93be0f7d61c2a854',
};

let parent: string;
let system: RunningSystem;
let agent: Agent;
let token: string;
let vault: string;
const answers: string[] = [];

async function call(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const reply = await request(`${system.connection.corePlatform.url}/api/v1${path}`, {
    method: method as 'GET',
    dispatcher: agent,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.body.text();
  if (reply.statusCode >= 400) answers.push(text);
  return {
    status: reply.statusCode,
    json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT_ROOT, 'tools/bootstrap/run.mjs'), '--build-only']);
  parent = mkdtempSync(join(tmpdir(), 'canary-'));
  const ports = { encryption: 0, operations: 0, core: 0, coreOperations: 0 };
  system = await openSystem({ dataDirectory: join(parent, 'data'), ports });
  agent = new Agent({ connect: { ca: readFileSync(system.connection.corePlatform.ca) } });
  token = '';
  const { plaintext, metadata, password } = CANARIES;
  const credentials = { username: 'grace', password };
  await call('POST', '/auth/register', credentials);
  await call('POST', '/auth/login', { ...credentials, password: `${password}x` });
  token = String((await call('POST', '/auth/login', credentials)).json['accessToken']);
  const tenant = await call('POST', '/tenants', { name: 'canary' });
  vault = `/tenants/${String(tenant.json['id'])}/vault`;
  const item = { type: 'note', metadata: { metadata }, data: plaintext };
  const made = await call('POST', vault, item);
  const path = `${vault}/${String(made.json['id'])}`;
  await call('PUT', path, { ...item, data: `${plaintext} again` });
  await call('POST', `${vault.replace('/vault', '')}/rotate-keys`);
  await call('POST', vault, {
    ...item,
    data: Buffer.from(plaintext).toString('base64'),
    encoding: 'base64',
  });
  expect(await call('GET', path)).toMatchObject({ json: { data: `${plaintext} again` } });
  // Bad input that carries the secret: none of it may come back or be logged.
  await call('POST', vault, { ...item, [plaintext]: 1 });
  await call('POST', vault, { type: plaintext, data: plaintext });
  await call('POST', `${vault}?q=${encodeURIComponent(plaintext)}`, item);
}, 120_000);

afterAll(async () => {
  await agent.close();
  await system.stop();
  rmSync(parent, { recursive: true });
});

function found(text: string): string[] {
  const { apiSecret } = system.connection.encryptionService;
  return namesFoundIn(text, { ...CANARIES, apiSecret, accessToken: token });
}

describe('a secret that was sent through the core', () => {
  it('is found by this search where it does stand', () => {
    const { plaintext } = CANARIES;
    for (const text of [
      plaintext,
      Buffer.from(`ab${plaintext}`).toString('base64'),
      Buffer.from(plaintext).toString('hex'),
    ]) {
      expect(found(`xx${text}yy`)).toEqual(['plaintext']);
    }
  });

  it('is in no log', () => {
    const logs = filesUnder(join(parent, 'data/logs'));
    const lines = logs.map((path) => readFileSync(path, 'latin1'));
    expect(lines.join('').split('\n').length).toBeGreaterThan(10);
    expect(lines.flatMap((text) => found(text))).toEqual([]);
  });

  it('is in no row of either database', async () => {
    const { encryptionService, corePlatform } = system.connection;
    for (const { databaseUrl } of [encryptionService, corePlatform]) {
      const text = await dumpRows(databaseUrl);
      expect(text.length).toBeGreaterThan(1_000);
      expect(found(text)).toEqual([]);
    }
  });

  it('is in no file of the database server, its write-ahead log included', () => {
    const paths = filesUnder(join(parent, 'data/database'));
    expect(paths.some((path) => path.includes('pg_wal'))).toBe(true);
    expect(paths.filter((path) => found(readFileSync(path, 'latin1')).length > 0)).toEqual([]);
  });

  it('is in no answer to bad input', () => {
    expect(answers.length).toBeGreaterThanOrEqual(4);
    expect(answers.flatMap((text) => found(text))).toEqual([]);
  });

  it('is in no metric', async () => {
    const { encryptionService, corePlatform } = system.connection;
    for (const { operationsUrl } of [encryptionService, corePlatform]) {
      const reply = await request(`${operationsUrl}/metrics`);
      const text = await reply.body.text();
      expect(text).toContain('process_cpu_seconds_total');
      expect(found(text)).toEqual([]);
    }
  });

  it('leaves nothing but blobs of what people store in the core: its rows name no file, note or label content', async () => {
    const client = new pg.Client({ connectionString: system.connection.corePlatform.databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ n: number }>('select count(*)::int as n from blob');
    await client.end();
    expect(rows[0]?.n).toBe(4);
  });
});
