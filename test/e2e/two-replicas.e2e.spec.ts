import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSystem, type RunningSystem } from '../../tools/launcher/system.js';

const LOAD = 4;
const CHANGES = 10;

let parent: string;
let system: RunningSystem;
let agent: Agent;
let owner: pg.Client;
let encryptionId: string;

interface Reply {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

async function send(
  replica: number,
  method: 'POST' | 'PATCH',
  path: string,
  body: object,
): Promise<Reply> {
  const { replicas, apiKey, apiSecret } = system.connection.encryptionService;
  const answer = await request(`${String(replicas[replica]?.url)}${path}`, {
    method,
    dispatcher: agent,
    headers: {
      'content-type': 'application/json',
      'x-api-key': apiKey,
      'x-api-secret': apiSecret,
    },
    body: JSON.stringify(body),
  });
  return {
    status: answer.statusCode,
    json: (await answer.body.json()) as Record<string, unknown>,
  };
}

function encrypt(replica: number): Promise<Reply> {
  return send(replica, 'POST', '/v1/encrypt', { encryptionId, data: 'x' });
}

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'two-replicas-'));
  system = await openSystem({ dataDirectory: join(parent, 'data'), encryptionReplicas: 2 });
  const { ca, clientCertificate, clientKey, databaseUrl } = system.connection.encryptionService;
  agent = new Agent({
    connect: {
      ca: readFileSync(ca),
      cert: readFileSync(clientCertificate),
      key: readFileSync(clientKey),
    },
  });
  owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  const made = await send(0, 'POST', '/v1/encryptions', { masterKey: { mode: 'platform' } });
  encryptionId = String(made.json['encryptionId']);
}, 60_000);

afterAll(async () => {
  await owner.end();
  await agent.close();
  await system.stop();
  rmSync(parent, { recursive: true });
});

/** Encrypts at the second replica without a pause; `check` judges each answer against what was so when its call was sent. */
async function underLoad<T>(
  before: () => T,
  check: (reply: Reply, then: T) => boolean,
  work: () => Promise<void>,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  let isDone = false;
  const load = Array.from({ length: LOAD }, async () => {
    while (!isDone) {
      const then = before();
      const reply = await encrypt(1);
      if (!check(reply, then)) wrong.push(reply);
    }
  });
  await work();
  isDone = true;
  await Promise.all(load);
  return wrong;
}

/** Ends the connections on which the replicas listen, so that they miss what is told meanwhile. */
function deafen(): Promise<unknown> {
  return owner.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'encryption-service listener'",
  );
}

describe.each([
  ['that hear of changes', () => Promise.resolve(undefined)],
  ['whose listening connections are cut before each change', deafen],
])('two replicas %s', (_, beforeEach) => {
  it('release nothing once a disable at the other one has been answered', async () => {
    // Odd from the answer of a disable until an enable is sent.
    let phase = 0;
    const wrong = await underLoad(
      () => phase,
      ({ status, json }, then) =>
        then % 2 === 1 && then === phase
          ? json['code'] === 'encryption_disabled'
          : status === 200 || json['code'] === 'encryption_disabled',
      async () => {
        for (let turn = 0; turn < CHANGES; turn += 1) {
          await beforeEach();
          await send(0, 'PATCH', `/v1/encryptions/${encryptionId}`, { state: 'disabled' });
          phase += 1;
          await sleep(20);
          phase += 1;
          await send(0, 'PATCH', `/v1/encryptions/${encryptionId}`, { state: 'enabled' });
          await sleep(20);
        }
      },
    );
    expect(wrong).toEqual([]);
  });

  it('encrypt under the newest version once a rotation at the other one has been answered', async () => {
    const numbers = new Map<string, number>();
    let newest = 0;
    const wrong = await underLoad(
      () => newest,
      ({ status, json }, atLeast) =>
        status === 200 && (numbers.get(String(json['encryptionVersionId'])) ?? Infinity) >= atLeast,
      async () => {
        for (let turn = 1; turn <= CHANGES; turn += 1) {
          await beforeEach();
          const { json } = await send(0, 'POST', '/v1/rotate', { encryptionId });
          numbers.set(String(json['newVersionId']), turn);
          newest = turn;
          await sleep(30);
        }
      },
    );
    expect(wrong).toEqual([]);
  });

  it('are of one mind about which version is active', async () => {
    const answers = await Promise.all([0, 1, 0, 1].map((replica) => encrypt(replica)));
    expect(new Set(answers.map(({ json }) => json['encryptionVersionId'])).size).toBe(1);
    const { rows } = await owner.query<{ n: number }>(
      "select count(*)::int as n from encryption_key_version where encryption_id = $1 and state = 'active'",
      [encryptionId],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });
});
