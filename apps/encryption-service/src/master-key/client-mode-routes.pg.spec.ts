import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ClientKeyset,
  clientKey,
  keyHeaders,
  outcomeOf,
} from '../../../../test/support/client-keys.js';
import {
  type Credentials,
  ServiceApp,
  type ServiceReply,
} from '../../../../test/support/service-app.js';
import { StreamClient, type StreamOutcome } from '../../../../test/support/stream-client.js';

const KEY = clientKey(1);
const OTHER = clientKey(2);
const MALFORMED = 'AAAA';

let service: ServiceApp;
let admin: Credentials;
let keyset: ClientKeyset;
let blob: Record<string, unknown>;
let wrappedKey: unknown;
let platformId: string;
let platformBlob: Record<string, unknown>;
let platformKey: unknown;

/** A call that uses keys: its path, and its body for an encryption, a blob of it and a wrapped key of it. */
type KeyCall = readonly [
  path: string,
  body: (id: string, sealed: object, key: unknown) => object | string,
];

const itemsOf = (encryptionId: string, item: object): object => ({
  encryptionId,
  items: Array.from({ length: 30 }, () => item),
});

const CALLS: readonly KeyCall[] = [
  ['/v1/encrypt', (encryptionId) => ({ encryptionId, data: 'x' })],
  ['/v1/decrypt', (_, sealed) => sealed],
  ['/v1/reencrypt', (_, sealed) => sealed],
  ['/v1/rotate', (encryptionId) => ({ encryptionId })],
  ['/v1/encrypt/batch', (id) => itemsOf(id, { encryptionId: id, data: 'x' })],
  ['/v1/decrypt/batch', (id, sealed) => itemsOf(id, sealed)],
  ['/v1/reencrypt/batch', (id, sealed) => itemsOf(id, sealed)],
  ['/v1/verify/batch', (id, sealed) => itemsOf(id, sealed)],
  ['/v1/data-keys', (encryptionId) => ({ encryptionId })],
  ['/v1/data-keys/open', (_, __, key) => key as object],
  ['/v1/encrypt/stream', () => 'a stream'],
];

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
  keyset = await ClientKeyset.make(service, admin, KEY);
  blob = (await keyset.encrypt(KEY)).json;
  const made = await keyset.post('/v1/data-keys', { encryptionId: keyset.id }, KEY);
  wrappedKey = made.json['wrappedKey'];
  platformId = await service.encryption(admin);
  platformBlob = await service.blob(admin, platformId);
  const body = { encryptionId: platformId };
  const { json } = await service.send('POST', '/v1/data-keys', { as: admin, body });
  platformKey = json['wrappedKey'];
});

afterAll(async () => {
  await service.stop();
});

function send(
  [path, bodyOf]: KeyCall,
  [id, sealed, dataKey]: readonly [string, object, unknown],
  key?: Buffer | string,
): Promise<ServiceReply> {
  const ofStream: Record<string, string> = {
    'content-type': 'application/octet-stream',
    'x-encryption-id': id,
  };
  const headers = path.endsWith('/stream') ? ofStream : {};
  return service.send('POST', path, {
    as: admin,
    body: bodyOf(id, sealed, dataKey),
    headers: { ...headers, ...keyHeaders(key) },
  });
}

async function wrongKeys(): Promise<number> {
  const rows = await service.test.asOwner<{ wrong: number }>(
    'select cardinality(recent) as wrong from master_key_failure where encryption_id = $1',
    [keyset.id],
  );
  return rows[0]?.wrong ?? 0;
}

describe.each(CALLS)('%s', (...call) => {
  it('needs the key of an encryption in client mode, and tries a wrong one once', async () => {
    const own = [keyset.id, blob, wrappedKey] as const;
    expect(outcomeOf(await send(call, own))).toBe('master_key_required');
    expect(outcomeOf(await send(call, own, MALFORMED))).toBe('master_key_malformed');
    const before = await wrongKeys();
    expect(outcomeOf(await send(call, own, OTHER))).toBe('master_key_mismatch');
    expect(await wrongKeys()).toBe(before + 1);
    expect(outcomeOf(await send(call, own, KEY))).toBe(200);
  });

  it('refuses a key that the encryption has no use for', async () => {
    const platforms = [platformId, platformBlob, platformKey] as const;
    expect(outcomeOf(await send(call, platforms, KEY))).toBe('master_key_not_applicable');
    expect(outcomeOf(await send(call, platforms, MALFORMED))).toBe('master_key_malformed');
    expect(outcomeOf(await send(call, platforms))).toBe(200);
  });
});

describe('a stream', () => {
  it('is opened with the key that sealed it, and with no other', async () => {
    const streams = new StreamClient(service, admin);
    const body = Buffer.alloc(100_000, 7);
    const sealed = await streams.seal(keyset.id, body, { headers: keyHeaders(KEY) });
    const open = (key?: Buffer): Promise<StreamOutcome> =>
      streams.send('decrypt', keyset.id, sealed, { headers: keyHeaders(key) });
    expect(await open(KEY)).toEqual(body);
    expect(await open()).toBe('master_key_required');
    expect(await open(OTHER)).toBe('master_key_mismatch');
  });
});
