import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SecretBytes } from '@app/secret';
import type { Call } from '@app/server';
import { ClientKeyset, clientKey } from '../../../../test/support/client-keys.js';
import { type Credentials, ServiceApp } from '../../../../test/support/service-app.js';
import { Authenticator } from '../callers/authenticator.js';

const KEY = clientKey(1);
/** How long a caller is looked up, so that a peer can hang up meanwhile. */
const SLOW_MILLIS = 100;

let service: ServiceApp;
let admin: Credentials;
let keyset: ClientKeyset;
/** The calls that began. */
const calls: Call[] = [];

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
  keyset = await ClientKeyset.make(service, admin, KEY);
  const authenticator = service.replicas[0]?.nest.get(Authenticator);
  if (authenticator === undefined) throw new Error('there is no replica');
  const authenticate = authenticator.authenticate.bind(authenticator);
  vi.spyOn(authenticator, 'authenticate').mockImplementation(async (request, mayRemember) => {
    calls.push(request.call);
    await sleep(SLOW_MILLIS);
    return authenticate(request, mayRemember);
  });
});

afterAll(async () => {
  await service.stop();
});

async function peer(): Promise<TLSSocket> {
  const file = (name: string): Buffer => readFileSync(join(service.folder, name));
  const socket = connect({
    host: '127.0.0.1',
    port: Number(new URL(service.url()).port),
    servername: 'localhost',
    ca: file('ca.pem'),
    cert: file('client.pem'),
    key: file('client.key'),
  }).on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

function head(path: string, type: string, length: number): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Content-Type: ${type}`,
    `Content-Length: ${length.toString()}`,
    `X-Api-Key: ${admin.apiKey}`,
    `X-Api-Secret: ${admin.apiSecret}`,
    `X-Master-Key: ${KEY.toString('base64')}`,
    `X-New-Master-Key: ${KEY.toString('base64')}`,
    `X-Encryption-Id: ${keyset.id}`,
    '\r\n',
  ].join('\r\n');
}

function isOverwritten(key: SecretBytes): boolean {
  try {
    key.expose();
    return false;
  } catch {
    return true;
  }
}

async function expectOverwritten(): Promise<void> {
  await vi.waitFor(
    () => {
      const keys = calls.flatMap(({ masterKey, newMasterKey }) => [masterKey, newMasterKey]);
      expect(keys.map((key) => typeof key !== 'string' && isOverwritten(key))).toEqual([
        true,
        true,
      ]);
    },
    { timeout: 3_000 },
  );
}

const BODY = (): string => JSON.stringify({ encryptionId: keyset.id, data: 'x' });

describe('the keys of a call', () => {
  it.each<[string, (socket: TLSSocket) => Promise<unknown>]>([
    [
      'that was answered',
      async (socket) => {
        socket.write(head('/v1/encrypt', 'application/json', BODY().length) + BODY());
        await once(socket, 'data');
      },
    ],
    [
      'that was refused',
      async (socket) => {
        socket.write(head('/v1/encrypt', 'application/json', 2) + '{}');
        await once(socket, 'data');
      },
    ],
    [
      'whose peer hangs up before it is answered',
      async (socket) => {
        socket.write(head('/v1/encrypt', 'application/json', BODY().length) + BODY());
        await sleep(SLOW_MILLIS / 2);
      },
    ],
    [
      'whose peer hangs up in the middle of its body',
      async (socket) => {
        socket.write(head('/v1/encrypt', 'application/json', BODY().length) + '{');
        await sleep(SLOW_MILLIS * 2);
      },
    ],
    [
      'whose peer hangs up in the middle of a stream',
      async (socket) => {
        const begun = head('/v1/encrypt/stream', 'application/octet-stream', 1_000_000);
        socket.write(begun + 'x'.repeat(100_000));
        await sleep(SLOW_MILLIS * 4);
      },
    ],
    [
      'whose peer sends nothing of a stream',
      async (socket) => {
        socket.write(head('/v1/decrypt/stream', 'application/octet-stream', 1_000_000));
        await sleep(SLOW_MILLIS * 2);
      },
    ],
  ])('are overwritten %s', async (_, talk) => {
    calls.length = 0;
    const socket = await peer();
    await talk(socket);
    socket.destroy();
    await expectOverwritten();
  });
});
