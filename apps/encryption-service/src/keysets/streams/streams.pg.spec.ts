import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';
import {
  BROKEN_OFF,
  outcomeOf,
  responseTo,
  StreamClient,
} from '../../../../../test/support/stream-client.js';

const CHUNK = 16 * 1024;
const SEALED_CHUNK = CHUNK + 16;
/** Magic and version, salt and commitment. */
const HEAD = 20 + 24 + 32;
const MESSAGE = randomBytes(3 * CHUNK + 100);
/** Where nothing has left yet, it is said; else there is no end. */
const REFUSED = ['decryption_failed', BROKEN_OFF];

let service: ServiceApp;
let admin: Credentials & { id: string };
let app: Credentials;
let streams: StreamClient;
let id: string;
let sealed: Buffer;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin, app } = await service.tenant());
  streams = new StreamClient(service, app);
  id = await service.encryption(admin);
  sealed = await streams.seal(id, MESSAGE);
});

afterAll(async () => {
  await service.stop();
});

function open(body: Buffer, more: object = {}): Promise<unknown> {
  return streams.send('decrypt', id, body, more);
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

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

describe('a stream', () => {
  it.each([
    ['nothing', 0],
    ['one byte', 1],
    ['a chunk', CHUNK],
    ['a chunk and a byte', CHUNK + 1],
    ['many chunks', 40 * CHUNK + 5],
  ])('of %s comes back as it was', async (_what, size) => {
    const message = randomBytes(size);
    const bytes = await streams.seal(id, message);
    expect(bytes.length).toBe(HEAD + size + 16 * (Math.floor(size / CHUNK) + 1));
    expect(bytes.subarray(0, 4).toString()).toBe('KWS1');
    expect(await open(bytes)).toEqual(message);
  });

  it('may come in any pieces, and with its length told', async () => {
    const pieces = Array.from(sealed.subarray(0, 100), (byte) => Buffer.of(byte));
    expect(await streams.send('decrypt', id, [...pieces, sealed.subarray(100)])).toEqual(MESSAGE);
    const headers = { 'content-length': sealed.length };
    expect(await open(sealed, { headers })).toEqual(MESSAGE);
  });

  it('is under the version that is named, and opens under it after a rotation', async () => {
    const encryptionId = await service.encryption(admin);
    const first = await streams.seal(encryptionId, MESSAGE);
    const { json } = await service.send('POST', '/v1/rotate', { as: app, body: { encryptionId } });
    const second = await streams.seal(encryptionId, MESSAGE);
    expect(second.subarray(4, 20).toString('hex')).toBe(
      String(json['newVersionId']).replaceAll('-', ''),
    );
    const named = first.toString('hex', 4, 20).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const headers = { 'x-encryption-version-id': named };
    const third = await streams.seal(encryptionId, MESSAGE, { headers });
    expect(third.subarray(4, 20)).toEqual(first.subarray(4, 20));
    for (const bytes of [first, second, third])
      expect(await streams.send('decrypt', encryptionId, bytes)).toEqual(MESSAGE);
  });

  it.each(['AES-256-GCM', 'XAES-256-GCM', 'ChaCha20-Poly1305', 'RSA-OAEP-3072-SHA256+AES-256-GCM'])(
    'is there for %s',
    async (algorithm) => {
      const encryptionId = await service.encryption(admin, { algorithm });
      const bytes = await streams.seal(encryptionId, MESSAGE);
      expect(await streams.send('decrypt', encryptionId, bytes)).toEqual(MESSAGE);
    },
  );

  it('counts as one message, and is on record once', async () => {
    const encryptionId = await service.encryption(admin);
    const bytes = await streams.seal(encryptionId, MESSAGE);
    await streams.send('decrypt', encryptionId, bytes);
    const { json } = await service.send('GET', `/v1/encryptions/${encryptionId}/versions`, {
      as: admin,
    });
    expect(json['items']).toMatchObject([{ messages: 1 }]);
    expect(await records(encryptionId)).toEqual([
      'encrypt-stream success',
      'decrypt-stream success',
    ]);
  });
});

describe('a stream that was changed', () => {
  const places = [
    ['the magic', 0],
    ['the salt', 20],
    ['the commitment', 44],
    ['the first chunk', HEAD],
    ["the first chunk's tag", HEAD + SEALED_CHUNK - 1],
  ] as const;

  it.each(places)('at %s gives out nothing', async (_where, at) => {
    expect(await open(flipped(sealed, at))).toBe('decryption_failed');
  });

  it('at a later chunk breaks off there', async () => {
    const long = await streams.seal(id, randomBytes(40 * CHUNK));
    for (const at of [HEAD + 20 * SEALED_CHUNK, long.length - 1]) {
      const call = streams.open('decrypt', id);
      Readable.from([flipped(long, at)]).pipe(call);
      expect(await outcomeOf(await responseTo(call))).toBe(BROKEN_OFF);
    }
    await expect
      .poll(async () =>
        (await records(id)).filter((one) => one === 'decrypt-stream decryption_failed'),
      )
      .toHaveLength(places.length + 2);
  });

  it.each([
    ['of its last chunk', () => sealed.subarray(0, HEAD + 3 * SEALED_CHUNK)],
    ['in its last chunk', () => sealed.subarray(0, -1)],
  ])('by a cut %s does not end', async (_where, cut) => {
    expect(REFUSED).toContain(await open(cut()));
  });

  it.each([0, 3, 4, 19, 20, 43, 75, HEAD, HEAD + 15])(
    'by a cut after %i bytes is refused',
    async (length) => {
      expect(await open(sealed.subarray(0, length))).toBe('decryption_failed');
    },
  );

  it('by bytes behind its end does not end', async () => {
    for (const more of [Buffer.alloc(1), sealed])
      expect(REFUSED).toContain(await open(Buffer.concat([sealed, more])));
  });

  it('in its version is of no version, or does not open under another', async () => {
    const unknown = Buffer.concat([sealed.subarray(0, 4), randomBytes(16), sealed.subarray(20)]);
    expect(await open(unknown)).toBe('not_found');
    const encryptionId = await service.encryption(admin);
    const first = await streams.seal(encryptionId, MESSAGE);
    await service.send('POST', '/v1/rotate', { as: app, body: { encryptionId } });
    const second = await streams.seal(encryptionId, MESSAGE);
    const moved = Buffer.concat([second.subarray(0, 20), first.subarray(20)]);
    expect(await streams.send('decrypt', encryptionId, moved)).toBe('decryption_failed');
    expect(await streams.send('decrypt', encryptionId, sealed)).toBe('not_found');
  });

  it('in its context, or moved to another tenant, does not open', async () => {
    const context = { a: 'b', __proto__: 'c', '': 'd' };
    const bytes = await streams.seal(id, MESSAGE, { context });
    expect(await open(bytes, { context })).toEqual(MESSAGE);
    for (const other of [{}, { a: 'b' }, { ...context, a: 'B' }])
      expect(await open(bytes, { context: other })).toBe('decryption_failed');
    const stranger = await service.tenant();
    const theirs = await service.encryption(stranger.admin);
    const as = stranger.app;
    expect(await streams.send('decrypt', theirs, sealed, { as })).toBe('not_found');
    expect(await streams.send('decrypt', id, sealed, { as })).toBe('not_found');
  });
});

describe('a call with a stream', () => {
  it.each([
    ['no encryption', { 'x-encryption-id': '' }, 'invalid_request'],
    ['an unknown encryption', { 'x-encryption-id': randomUUID() }, 'not_found'],
    ['an unknown version', { 'x-encryption-version-id': randomUUID() }, 'not_found'],
    ['a malformed version', { 'x-encryption-version-id': 'x' }, 'invalid_request'],
    ['a context that is no base64url', { 'x-encryption-context': 'e30=' }, 'invalid_request'],
    ['a context that is no JSON', { 'x-encryption-context': 'eyJ9' }, 'invalid_request'],
    [
      'a context with a duplicate key',
      { 'x-encryption-context': Buffer.from('{"a":"1","a":"2"}').toString('base64url') },
      'invalid_request',
    ],
    [
      'a context that is no object of text',
      { 'x-encryption-context': Buffer.from('{"a":1}').toString('base64url') },
      'invalid_request',
    ],
    [
      'a context over its limit',
      { 'x-encryption-context': Buffer.from(`{"a":"${'x'.repeat(4096)}"}`).toString('base64url') },
      'invalid_request',
    ],
    [
      'a master key',
      { 'x-master-key': Buffer.alloc(32).toString('base64') },
      'master_key_not_applicable',
    ],
    ['another content type', { 'content-type': 'application/json' }, 'unsupported_media_type'],
    ['an encoding', { 'content-encoding': 'gzip' }, 'unsupported_media_type'],
  ])('is refused for %s', async (_what, headers, code) => {
    expect(await streams.send('encrypt', id, MESSAGE, { headers })).toBe(code);
  });

  it('names no version to decrypt', async () => {
    const headers = { 'x-encryption-version-id': randomUUID() };
    expect(await open(sealed, { headers })).toBe('invalid_request');
  });

  it('is refused by state before by what is in it', async () => {
    const encryptionId = await service.encryption(admin);
    const bytes = await streams.seal(encryptionId, MESSAGE);
    await act('PATCH', `/v1/encryptions/${encryptionId}`, { state: 'disabled' });
    for (const body of [bytes, Buffer.from('junk')])
      expect(await streams.send('decrypt', encryptionId, body)).toBe('encryption_disabled');
    expect(await streams.send('encrypt', encryptionId, bytes)).toBe('encryption_disabled');
    expect(await streams.send('decrypt', randomUUID(), Buffer.from('junk'))).toBe('not_found');
  });

  it('is not answered before its use is on record', async () => {
    const encryptionId = await service.encryption(admin);
    await service.test.asOwner(
      "alter table audit_record add constraint broken check (operation not like '%-stream') not valid",
    );
    try {
      expect(await streams.send('encrypt', encryptionId, MESSAGE)).toBe('audit_unavailable');
      expect(await open(sealed)).toBe('audit_unavailable');
    } finally {
      await service.test.asOwner('alter table audit_record drop constraint broken');
    }
  });
});
