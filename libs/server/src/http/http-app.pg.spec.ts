import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp } from '../../../../test/support/service-app.js';

const LIMIT_MILLIS = 1_500;
const TEXT = 'whole '.repeat(50_000);

let service: ServiceApp;
let client: Credentials;
let encryptionId: string;

beforeAll(async () => {
  service = await ServiceApp.start(4);
  const tenant = await service.tenant();
  client = tenant.app;
  encryptionId = await service.encryption(tenant.admin);
});

afterAll(async () => {
  await service.stop();
});

function portOf(replica: number): number {
  return Number(new URL(service.url(replica)).port);
}

function encrypt(replica: number) {
  const body = { encryptionId, data: TEXT };
  return service.send('POST', '/v1/encrypt', { as: client, body, replica });
}

async function closeTime(replica: number): Promise<number> {
  const start = performance.now();
  await service.replicas[replica]?.close();
  return performance.now() - start;
}

describe('closing an application', () => {
  it('does not wait for a peer that connected and says nothing', async () => {
    const peer = connect(portOf(0), '127.0.0.1');
    await once(peer, 'connect');
    await sleep(50);
    const [time] = await Promise.all([closeTime(0), once(peer, 'close')]);
    expect(time).toBeLessThan(LIMIT_MILLIS);
  });

  it('does not wait for a peer that made a TLS connection and asks nothing', async () => {
    const file = (name: string) => readFileSync(join(service.folder, name));
    const peer = connectTls({
      port: portOf(1),
      host: '127.0.0.1',
      servername: 'localhost',
      ca: file('ca.pem'),
      cert: file('client.pem'),
      key: file('client.key'),
    }).on('error', () => undefined);
    await once(peer, 'secureConnect');
    await sleep(50);
    const [time] = await Promise.all([closeTime(1), once(peer.resume(), 'close')]);
    expect(time).toBeLessThan(LIMIT_MILLIS);
  });

  it('does not wait for a peer that keeps its connection for a next request', async () => {
    expect((await encrypt(2)).status).toBe(200);
    expect(await closeTime(2)).toBeLessThan(LIMIT_MILLIS);
  });

  it('lets an answer arrive whole that was under way, and its connection with it', async () => {
    await service.test.asOwner('begin');
    await service.test.asOwner('lock table audit_record in access exclusive mode');
    const reply = encrypt(3);
    await sleep(200);
    const time = closeTime(3);
    await sleep(200);
    await service.test.asOwner('commit');
    const { status, headers, json } = await reply;
    expect([status, headers['connection']]).toEqual([200, 'close']);
    expect(Buffer.from(String(json['cipherText']), 'base64')).toHaveLength(TEXT.length);
    expect(await time).toBeLessThan(LIMIT_MILLIS);
  });
});
