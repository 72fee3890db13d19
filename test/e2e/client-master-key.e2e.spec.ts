import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../tools/launcher/project-root.js';
import { openSystem, type RunningSystem } from '../../tools/launcher/system.js';
import { dumpRows, filesUnder, namesFoundIn } from '../support/secret-search.js';

/** Every key that is sent, the wrong one too: none of them may stay anywhere. */
const KEYS = { first: randomBytes(32), second: randomBytes(32), wrong: randomBytes(32) };
const PASSWORD = 'correct horse battery staple';

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

interface Sent {
  readonly body?: object;
  readonly key?: Buffer;
  readonly next?: Buffer;
}

let parent: string;
let system: RunningSystem;
let core: Agent;
let service: Agent;
let token = '';
let tenant: string;
const refusals: string[] = [];

function keyHeaders({ key, next }: Sent): Record<string, string> {
  return {
    ...(key === undefined ? {} : { 'x-master-key': key.toString('base64') }),
    ...(next === undefined ? {} : { 'x-new-master-key': next.toString('base64url') }),
  };
}

async function send(
  url: string,
  dispatcher: Agent,
  method: string,
  headers: Record<string, string>,
  sent: Sent,
): Promise<Answer> {
  const { body } = sent;
  const reply = await request(url, {
    method: method as 'GET',
    dispatcher,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...keyHeaders(sent),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.body.text();
  if (reply.statusCode >= 400) refusals.push(text);
  const json = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: reply.statusCode, json };
}

function toCore(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  return send(`${system.connection.corePlatform.url}/api/v1${path}`, core, method, headers, sent);
}

function toService(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { url, apiKey, apiSecret } = system.connection.encryptionService;
  const headers = { 'x-api-key': apiKey, 'x-api-secret': apiSecret };
  return send(`${url}${path}`, service, method, headers, sent);
}

const verdict = ({ status, json }: Answer): unknown => [status, json['code']];
const item = (data: string): object => ({ type: 'note', metadata: { about: data }, data });

beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT_ROOT, 'tools/bootstrap/run.mjs'), '--build-only']);
  parent = mkdtempSync(join(tmpdir(), 'client-key-'));
  const ports = { encryption: 0, operations: 0, core: 0, coreOperations: 0 };
  system = await openSystem({ dataDirectory: join(parent, 'data'), ports });
  const { corePlatform, encryptionService } = system.connection;
  core = new Agent({ connect: { ca: readFileSync(corePlatform.ca) } });
  service = new Agent({
    connect: {
      ca: readFileSync(encryptionService.ca),
      cert: readFileSync(encryptionService.clientCertificate),
      key: readFileSync(encryptionService.clientKey),
    },
  });
  const credentials = { username: 'grace', password: PASSWORD };
  await toCore('POST', '/auth/register', { body: credentials });
  token = String((await toCore('POST', '/auth/login', { body: credentials })).json['accessToken']);
  const made = await toCore('POST', '/tenants', { body: { name: 'its own key' } });
  tenant = `/tenants/${String(made.json['id'])}`;
}, 120_000);

afterAll(async () => {
  await core.close();
  await service.close();
  await system.stop();
  rmSync(parent, { recursive: true });
});

describe('a tenant under its own master key', () => {
  const paths: string[] = [];

  it('is set up while it stores nothing', async () => {
    const body = { masterKeyMode: 'client' };
    expect(verdict(await toCore('PUT', `${tenant}/encryption`, { body }))).toEqual([
      403,
      'master_key_required',
    ]);
    const put = await toCore('PUT', `${tenant}/encryption`, { body, key: KEYS.first });
    expect(put).toMatchObject({ status: 200, json: body });
    expect((await toCore('GET', `${tenant}/encryption`)).json).toEqual(put.json);
  });

  it('lists its versions, for which no key is used, and none is passed on', async () => {
    for (const key of [undefined, KEYS.first]) {
      const sent = key === undefined ? {} : { key };
      const { status, json } = await toCore('GET', `${tenant}/versions`, sent);
      expect([status, json['items']]).toMatchObject([200, [{ number: 1, state: 'active' }]]);
    }
  });

  it('writes, reads and lists with the key, and with no other', async () => {
    for (const data of ['one', 'two', 'three']) {
      const sent = { body: item(data), key: KEYS.first };
      const { status, json } = await toCore('POST', `${tenant}/vault`, sent);
      expect(status).toBe(201);
      paths.push(`${tenant}/vault/${String(json['id'])}`);
    }
    const replaced = { body: item('two again'), key: KEYS.first };
    expect((await toCore('PUT', paths[1] ?? '', replaced)).status).toBe(200);
    const list = `${tenant}/vault?include=metadata,data`;
    const { json } = await toCore('GET', list, { key: KEYS.first });
    expect(json['items']).toMatchObject([item('one'), item('two again'), item('three')]);
    for (const path of [list, ...paths]) {
      expect(verdict(await toCore('GET', path))).toEqual([403, 'master_key_required']);
      expect(verdict(await toCore('GET', path, { key: KEYS.wrong }))).toEqual([
        403,
        'master_key_mismatch',
      ]);
    }
    const bad = { body: item('four'), key: Buffer.alloc(31) };
    expect(verdict(await toCore('POST', `${tenant}/vault`, bad))).toEqual([
      400,
      'master_key_malformed',
    ]);
  });

  it('rotates and rewraps, and reads all it had', async () => {
    expect(verdict(await toCore('POST', `${tenant}/rotate-keys`, { body: {} }))).toEqual([
      403,
      'master_key_required',
    ]);
    const rotated = await toCore('POST', `${tenant}/rotate-keys`, { body: {}, key: KEYS.first });
    expect(rotated.status).toBe(200);
    const four = { body: item('four'), key: KEYS.first };
    const made = await toCore('POST', `${tenant}/vault`, four);
    paths.push(`${tenant}/vault/${String(made.json['id'])}`);
    const keys = { key: KEYS.first, next: KEYS.second };
    expect(verdict(await toCore('POST', `${tenant}/rewrap`, { ...keys, key: KEYS.wrong }))).toEqual(
      [403, 'master_key_mismatch'],
    );
    expect(await toCore('POST', `${tenant}/rewrap`, keys)).toEqual({ status: 204, json: {} });
    for (const path of paths) {
      expect((await toCore('GET', path, { key: KEYS.second })).status).toBe(200);
      expect(verdict(await toCore('GET', path, { key: KEYS.first }))).toEqual([
        403,
        'master_key_mismatch',
      ]);
    }
  });

  it('keeps its mode while it stores something', async () => {
    const body = { masterKeyMode: 'platform' };
    expect(verdict(await toCore('PUT', `${tenant}/encryption`, { body }))).toEqual([
      409,
      'conflict',
    ]);
  });

  it('is slowed for wrong keys, and hears for how long', async () => {
    const verdicts = new Set<string>();
    for (let i = 0; i < 21; i += 1) {
      const answer = await toCore('GET', paths[0] ?? '', { key: KEYS.wrong });
      verdicts.add(JSON.stringify(verdict(answer)));
    }
    expect([...verdicts]).toContain('[429,"rate_limited"]');
    expect(verdict(await toCore('GET', paths[0] ?? '', { key: KEYS.second }))).toEqual([
      429,
      'rate_limited',
    ]);
  });
});

describe('a client’s key at the service itself', () => {
  it('opens and rewraps, there and back', async () => {
    const create = { body: { masterKey: { mode: 'client' } }, key: KEYS.first };
    const encryptionId = (await toService('POST', '/v1/encryptions', create)).json['encryptionId'];
    const sent = { body: { encryptionId, data: 'x' }, key: KEYS.first };
    const blob = (await toService('POST', '/v1/encrypt', sent)).json;
    const rewrap = `/v1/encryptions/${String(encryptionId)}/rewrap`;
    const toPlatform = { body: { mode: 'platform' }, key: KEYS.first };
    expect((await toService('POST', rewrap, toPlatform)).status).toBe(200);
    expect((await toService('POST', '/v1/decrypt', { body: blob })).status).toBe(200);
    const toClient = { body: { mode: 'client' }, next: KEYS.second };
    expect((await toService('POST', rewrap, toClient)).status).toBe(200);
    expect((await toService('POST', '/v1/decrypt', { body: blob, key: KEYS.second })).status).toBe(
      200,
    );
    expect(
      verdict(await toService('POST', '/v1/decrypt', { body: blob, key: KEYS.first })),
    ).toEqual([403, 'master_key_mismatch']);
  });
});

describe('a master key that was sent', () => {
  it('is in no log', () => {
    const logs = filesUnder(join(parent, 'data/logs')).map((path) => readFileSync(path, 'latin1'));
    expect(logs.join('').split('\n').length).toBeGreaterThan(50);
    expect(logs.flatMap((text) => namesFoundIn(text, KEYS))).toEqual([]);
  });

  it('is in no row of either database, audit records included', async () => {
    const { encryptionService, corePlatform } = system.connection;
    for (const { databaseUrl } of [encryptionService, corePlatform]) {
      const text = await dumpRows(databaseUrl);
      expect(text).toContain('master_key_mismatch');
      expect(namesFoundIn(text, KEYS)).toEqual([]);
    }
  });

  it('is in no file of the database server, its write-ahead log included', () => {
    const paths = filesUnder(join(parent, 'data/database'));
    const withKey = paths.filter(
      (path) => namesFoundIn(readFileSync(path, 'latin1'), KEYS).length > 0,
    );
    expect(withKey).toEqual([]);
  });

  it('is in no refusal and in no metric', async () => {
    expect(refusals.length).toBeGreaterThan(20);
    expect(refusals.flatMap((text) => namesFoundIn(text, KEYS))).toEqual([]);
    const { encryptionService, corePlatform } = system.connection;
    for (const { operationsUrl } of [encryptionService, corePlatform]) {
      const text = await (await request(`${operationsUrl}/metrics`)).body.text();
      expect(namesFoundIn(text, KEYS)).toEqual([]);
    }
  });
});
