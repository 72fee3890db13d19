import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp } from '../support/service-app.js';

type Blob = Record<string, unknown> & {
  readonly cipherText: string;
  readonly encryptionVersionId: string;
  readonly metadata: Record<string, unknown>;
};

const ALGORITHMS = [
  'AES-256-GCM',
  'XAES-256-GCM',
  'ChaCha20-Poly1305',
  'RSA-OAEP-3072-SHA256+AES-256-GCM',
];
const CONTEXT = { 'a key': 'a value' };
const MOST_ITEMS = 1000;

let service: ServiceApp;
let admin: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

async function seal(encryptionId: string, data = 'a secret', as = admin): Promise<Blob> {
  const body = { encryptionId, data, context: CONTEXT };
  const { json } = await service.send('POST', '/v1/encrypt', { as, body });
  return { ...json, context: CONTEXT } as unknown as Blob;
}

async function codesOf(kind: string, encryptionId: string, items: unknown[]): Promise<Set<string>> {
  const codes = new Set<string>();
  for (let at = 0; at < items.length; at += MOST_ITEMS) {
    const body = { encryptionId, items: items.slice(at, at + MOST_ITEMS) };
    const { json } = await service.send('POST', `/v1/${kind}/batch`, { as: admin, body });
    for (const { error } of json['results'] as { error?: { code: string } }[])
      codes.add(error?.code ?? 'opened');
  }
  return codes;
}

function everyBitFlipped(text: string): string[] {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return copy.toString('base64');
  });
}

function everyLengthBut(text: string): string[] {
  const bytes = Buffer.from(text, 'base64');
  const longer = Buffer.concat([bytes, bytes]);
  return Array.from({ length: longer.length + 1 }, (_, length) =>
    longer.subarray(0, length).toString('base64'),
  ).filter((other) => other !== text);
}

function changedMetadata({ metadata }: Blob): Record<string, unknown>[] {
  const names = ['iv', 'tag', 'commitment'] as const;
  const flipped = names.flatMap((name) =>
    [...everyBitFlipped(String(metadata[name])), ...everyLengthBut(String(metadata[name]))].map(
      (value) => ({ ...metadata, [name]: value }),
    ),
  );
  const missing = Object.keys(metadata).map((name) =>
    Object.fromEntries(Object.entries(metadata).filter(([other]) => other !== name)),
  );
  return [
    ...flipped,
    ...missing,
    { ...metadata, more: 1 },
    { ...metadata, v: 2 },
    { ...metadata, v: '1' },
    { ...metadata, kind: 'data-key' },
    { ...metadata, kind: 'stream' },
    { ...metadata, encoding: 'base64' },
    { ...metadata, encoding: 'hex' },
    { ...metadata, origin: randomUUID() },
    { ...metadata, origin: null },
    { ...metadata, iv: null },
    {},
  ];
}

function changedContexts(): Record<string, string>[] {
  return [
    {},
    { 'a key': 'another' },
    { 'A key': 'a value' },
    { 'a key': 'a value', more: '' },
    { 'a value': 'a key' },
    { 'a keya': ' value' },
  ];
}

describe.each(ALGORITHMS)('a blob of %s', (algorithm) => {
  let id: string;
  let blob: Blob;

  beforeAll(async () => {
    id = await service.encryption(admin, { algorithm });
    blob = await seal(id);
  });

  it('opens as it is, for decrypt, verify and re-encrypt', async () => {
    for (const kind of ['decrypt', 'verify', 'reencrypt'])
      expect(await codesOf(kind, id, [blob])).toEqual(new Set(['opened']));
  });

  it('opens for nobody with one bit, one length or one member changed', async () => {
    const cipherTexts = algorithm.startsWith('RSA')
      ? // One bit of each byte: with a sealed key of 384 bytes every bit would be three thousand.
        everyBitFlipped(blob.cipherText).filter((_, bit) => bit % 8 === 3)
      : everyBitFlipped(blob.cipherText);
    const changed = [
      ...cipherTexts.map((cipherText) => ({ ...blob, cipherText })),
      ...['', blob.cipherText.slice(0, -4)].map((cipherText) => ({ ...blob, cipherText })),
      ...changedMetadata(blob).map((metadata) => ({ ...blob, metadata })),
      ...changedContexts().map((context) => ({ ...blob, context })),
      ...ALGORITHMS.filter((other) => other !== algorithm).map((other) => ({
        ...blob,
        algorithm: other,
      })),
    ];
    for (const kind of ['decrypt', 'verify', 'reencrypt'])
      expect(await codesOf(kind, id, changed)).toEqual(new Set(['decryption_failed']));
  });

  it('opens in no other place, and no two blobs can be mixed', async () => {
    const other = await seal(id);
    const { json } = await service.send('POST', '/v1/rotate', {
      as: admin,
      body: { encryptionId: id },
    });
    const later = await seal(id);
    const mixed = [
      { ...blob, encryptionVersionId: json['newVersionId'] },
      { ...later, encryptionVersionId: blob.encryptionVersionId },
      { ...blob, cipherText: other.cipherText },
      { ...blob, metadata: other.metadata },
      { ...blob, metadata: { ...blob.metadata, tag: other.metadata['tag'] } },
      { ...blob, metadata: { ...blob.metadata, iv: other.metadata['iv'] } },
      { ...blob, metadata: { ...blob.metadata, commitment: other.metadata['commitment'] } },
    ];
    const twin = await service.encryption(admin, { algorithm });
    const theirs = await seal(twin);
    for (const kind of ['decrypt', 'verify', 'reencrypt']) {
      expect(await codesOf(kind, id, mixed)).toEqual(new Set(['decryption_failed']));
      const moved = { ...blob, encryptionId: twin };
      expect(await codesOf(kind, twin, [moved])).toEqual(new Set(['not_found']));
      const under = { ...moved, encryptionVersionId: theirs.encryptionVersionId };
      expect(await codesOf(kind, twin, [under])).toEqual(new Set(['decryption_failed']));
    }
  });

  it('opens in no other tenant, even under the same id', async () => {
    const stranger = await service.tenant();
    const body = { encryptionId: id, algorithm, masterKey: { mode: 'platform' } };
    await service.send('POST', '/v1/encryptions', { as: stranger.admin, body });
    const theirs = await seal(id, 'theirs', stranger.admin);
    const send = (item: object) =>
      service.send('POST', '/v1/decrypt', { as: stranger.admin, body: item });
    expect((await send(blob)).json['code']).toBe('not_found');
    const moved = { ...blob, encryptionVersionId: theirs.encryptionVersionId };
    expect((await send(moved)).json['code']).toBe('decryption_failed');
  });
});
