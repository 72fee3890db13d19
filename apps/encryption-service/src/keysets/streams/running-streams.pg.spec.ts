import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';
import {
  BROKEN_OFF,
  outcomeOf,
  responseTo,
  StreamClient,
} from '../../../../../test/support/stream-client.js';

const CHUNK = 16 * 1024;
/** It is a second; so much more is for a machine that is busy. Without the look it would never end. */
const CUT_MILLIS = 8_000;

let service: ServiceApp;
let admin: Credentials;
let streams: StreamClient;

beforeAll(async () => {
  service = await ServiceApp.start(3);
  const tenant = await service.tenant();
  ({ admin } = tenant);
  streams = new StreamClient(service, tenant.app);
});

afterAll(async () => {
  await service.stop();
});

async function records(encryptionId: string): Promise<string[]> {
  const { json } = await service.send('GET', `/v1/audit?encryptionId=${encryptionId}&limit=200`, {
    as: admin,
  });
  return (json['items'] as { operation: string; outcome: string }[])
    .map(({ operation, outcome }) => `${operation} ${outcome}`)
    .filter((one) => one.includes('stream'))
    .reverse();
}

async function act(method: string, path: string, body: unknown): Promise<number> {
  return (await service.send(method, path, { as: admin, body })).status;
}

describe('a stream that runs', () => {
  /** Begins to encrypt and goes on sending until it is cut. */
  async function running(encryptionId: string, more: object = {}) {
    const call = streams.open('encrypt', encryptionId, more);
    const timer = setInterval(() => call.write(randomBytes(CHUNK)), 20);
    const reply = await responseTo(call);
    const outcome = outcomeOf(reply).finally(() => {
      clearInterval(timer);
    });
    return { call, reply, outcome };
  }

  async function cutTime(outcome: Promise<unknown>): Promise<number> {
    const start = performance.now();
    expect(await outcome).toBe(BROKEN_OFF);
    return performance.now() - start;
  }

  it.each([
    ['disabled', 'encryption_disabled'],
    ['suspended after a rotation', 'version_not_usable'],
  ])('is cut within a second once its encryption or version is %s', async (what, code) => {
    const encryptionId = await service.encryption(admin);
    const { outcome } = await running(encryptionId, { replica: 1 });
    const { json } = await service.send('GET', `/v1/encryptions/${encryptionId}`, { as: admin });
    await act('POST', '/v1/rotate', { encryptionId });
    await sleep(1_200);
    if (what === 'disabled') {
      await act('PATCH', `/v1/encryptions/${encryptionId}`, { state: 'disabled' });
    } else {
      const version = `/v1/encryptions/${encryptionId}/versions/${String(json['activeVersionId'])}`;
      expect(await act('POST', `${version}/suspend`, {})).toBe(200);
    }
    expect(await cutTime(outcome)).toBeLessThan(CUT_MILLIS);
    await expect
      .poll(() => records(encryptionId))
      .toEqual(['encrypt-stream success', `encrypt-stream ${code}`]);
  });

  it('is cut where nothing flows, too, and once its client is revoked', async () => {
    const encryptionId = await service.encryption(admin);
    const body = { name: 'c', scopes: ['encrypt'] };
    const { json } = await service.send('POST', '/v1/clients', { as: admin, body });
    const call = streams.open('encrypt', encryptionId, { as: json as unknown as Credentials });
    call.write('a beginning');
    const outcome = outcomeOf(await responseTo(call));
    await act('DELETE', `/v1/clients/${String(json['id'])}`, undefined);
    expect(await cutTime(outcome)).toBeLessThan(CUT_MILLIS);
    await expect
      .poll(() => records(encryptionId))
      .toEqual(['encrypt-stream success', 'encrypt-stream unauthenticated']);
  });

  it('goes on over a change that does not concern it, and a database that is away for a moment', async () => {
    const encryptionId = await service.encryption(admin);
    const { call, outcome } = await running(encryptionId);
    await act('PATCH', `/v1/encryptions/${encryptionId}`, { name: encryptionId });
    await service.test.asOwner(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await sleep(1_500);
    call.end();
    expect(Buffer.isBuffer(await outcome)).toBe(true);
  });

  it('whose peer hangs up leaves a record, and nothing else', async () => {
    const encryptionId = await service.encryption(admin);
    const { call, outcome } = await running(encryptionId);
    call.destroy();
    expect(await outcome).toBe(BROKEN_OFF);
    await expect
      .poll(() => records(encryptionId))
      .toEqual(['encrypt-stream success', 'encrypt-stream aborted']);
  });

  it('is cut where it is longer than a stop may take, and that is on record before the database is closed', async () => {
    const encryptionId = await service.encryption(admin);
    const { outcome } = await running(encryptionId, { replica: 2 });
    const closed = service.replicas[2]?.close();
    expect(await outcome).toBe(BROKEN_OFF);
    await closed;
    expect(await records(encryptionId)).toEqual([
      'encrypt-stream success',
      'encrypt-stream aborted',
    ]);
  });
});

/** What the process takes of the machine once nothing waits to be collected. */
function memoryBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().rss;
}

describe('100 MiB', () => {
  const PIECE = randomBytes(64 * 1024);
  const PIECES = 1600;
  const LOOK_BYTES = 10 * 1024 * 1024;

  it('go through both ways in constant memory', async () => {
    const id = await service.encryption(admin);
    const before = createHash('sha256');
    const source = function* (): Generator<Buffer> {
      for (let piece = 0; piece < PIECES; piece += 1) {
        before.update(PIECE);
        yield PIECE;
      }
    };
    const encrypting = streams.open('encrypt', id);
    Readable.from(source()).pipe(encrypting);
    const decrypting = streams.open('decrypt', id);
    (await responseTo(encrypting)).pipe(decrypting);
    const after = createHash('sha256');
    const reply = await responseTo(decrypting);
    const looks: number[] = [];
    let received = 0;
    for await (const bytes of reply as AsyncIterable<Buffer>) {
      after.update(bytes);
      if (Math.floor(received / LOOK_BYTES) < Math.floor((received + bytes.length) / LOOK_BYTES))
        looks.push(memoryBytes());
      received += bytes.length;
    }
    expect(after.digest('hex')).toBe(before.digest('hex'));
    expect(looks).toHaveLength(10);
    // After a tenth of them all buffers are there. What the allocator keeps differs by some ten MiB; the other nine tenths would be 90.
    expect(Math.max(...looks) - (looks[0] ?? 0)).toBeLessThan(85 * 1024 * 1024);
  });

  it('are not read where their answer is not', async () => {
    const id = await service.encryption(admin);
    const call = streams.open('encrypt', id);
    let sent = 0;
    const source = new Readable({
      read() {
        sent += PIECE.length;
        this.push(PIECE);
      },
    });
    source.pipe(call);
    const reply = await responseTo(call);
    await sleep(1_000);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    source.destroy();
    reply.destroy();
  });
});
