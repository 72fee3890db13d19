import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { describe, expect, it } from 'vitest';
import { takeEd25519Seed } from '../hazmat/ed25519.js';
import { CLIENT_KEK_URI } from '../wrap/client-kek.js';
import { wrapDek } from '../wrap/wrap-dek.js';
import { fingerprintOf } from './envelope.js';
import { openExport } from './open-export.js';
import {
  CLIENT_MODE_WARNING,
  EXPORT_PAYLOAD_TYPE,
  type ExportContent,
  type ExportedKey,
} from './export-payload.js';
import { signEnvelope } from './sign-envelope.js';
import { signExport } from './sign-export.js';
import { signReceipt } from './sign-receipt.js';

const IDENTITY = takeEd25519Seed(Buffer.alloc(32, 3));
const TENANT = '0c6e1a7e-20cf-4b4b-a8ef-b23d2a5b9f10';
const ENCRYPTION = '5b2a8d7c-9c0f-4d3e-8a1b-6f5e4d3c2b1a';
const [FIRST, SECOND, THIRD] = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
] as const;
const TIME = new Date('2026-03-01T10:20:30.400Z');

function key(fill: number): SecretBytes {
  return SecretBytes.copyOf(Buffer.alloc(32, fill));
}

function versionOf(
  encryptionVersionId: string,
  number: number,
  kekUri = 'local:default',
): ExportedKey {
  const place = {
    tenantId: TENANT,
    encryptionId: ENCRYPTION,
    encryptionVersionId,
    suite: 'AES-256-GCM',
  } as const;
  return {
    encryptionVersionId,
    number,
    suite: 'AES-256-GCM',
    state: 'active',
    createdAt: TIME,
    activatedAt: TIME,
    messages: 12,
    record: wrapDek(key(1), kekUri, place, key(2)),
  };
}

const RECEIPT = signReceipt(IDENTITY, {
  tenantId: TENANT,
  encryptionId: ENCRYPTION,
  encryptionVersionId: THIRD,
  number: 1,
  suite: 'AES-256-GCM',
  scheduledAt: TIME,
  destroyedAt: TIME,
  kekUri: 'local:default',
  exportedAt: [],
  forgottenAt: TIME,
});

const CONTENT: ExportContent = {
  exportedAt: TIME,
  tenantId: TENANT,
  encryptions: [
    {
      encryptionId: ENCRYPTION,
      name: 'letters',
      algorithm: 'AES-256-GCM',
      mode: 'platform',
      provider: 'default',
      rotation: { everyDays: 90, afterMessages: 1_000_000 },
      olderVersionsEncrypt: true,
      versions: [
        {
          encryptionVersionId: THIRD,
          number: 1,
          suite: 'AES-256-GCM',
          state: 'destroyed',
          createdAt: TIME,
          messages: 0,
          receipt: RECEIPT,
        },
        {
          ...versionOf(SECOND, 2),
          state: 'destroyScheduled',
          deactivatedAt: TIME,
          destroyAt: TIME,
        },
        versionOf(FIRST, 3),
      ],
    },
  ],
};

type Json = Record<string, unknown>;

/** A signed payload with one thing changed, so that nothing but the payload's own rules can refuse it. */
function resigned(change: (payload: Json, encryption: Json, versions: Json[]) => void): unknown {
  const { payload } = signExport(IDENTITY, CONTENT);
  const json = JSON.parse(Buffer.from(payload, 'base64').toString()) as Json;
  const [encryption = {}] = json['encryptions'] as Json[];
  change(json, encryption, encryption['versions'] as Json[]);
  return signEnvelope(IDENTITY, EXPORT_PAYLOAD_TYPE, Buffer.from(JSON.stringify(json)));
}

function refusalOf(envelope: unknown): { code: string; field: string | undefined } | undefined {
  try {
    openExport(envelope);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, field: error.errors?.[0]?.field };
  }
}

describe('an export', () => {
  it('opens to what it was made of', () => {
    const opened = openExport(JSON.parse(JSON.stringify(signExport(IDENTITY, CONTENT))));
    const { publicKey, ...content } = opened.payload;
    expect(content).toEqual(CONTENT);
    expect(opened.fingerprint).toBe(fingerprintOf(publicKey));
    expect(opened.fingerprint).toBe(fingerprintOf(IDENTITY));
  });

  it('holds nothing that is not of its format, whatever a caller has beside it', () => {
    const extra = {
      ...CONTENT,
      secret: 'x',
      encryptions: CONTENT.encryptions.map((one) => ({ ...one, dek: 'y' })),
    };
    expect(openExport(signExport(IDENTITY, extra)).payload.encryptions).toEqual(
      CONTENT.encryptions,
    );
  });

  it('warns of client mode, where the file is as strong as the client’s key', () => {
    const { provider: _none, ...encryption } = CONTENT.encryptions[0] ?? { versions: [] };
    const client = {
      ...encryption,
      mode: 'client',
      versions: [versionOf(FIRST, 1, CLIENT_KEK_URI)],
    };
    const content = { ...CONTENT, encryptions: [client] } as ExportContent;
    expect(openExport(signExport(IDENTITY, content)).payload.warning).toBe(CLIENT_MODE_WARNING);
    expect(openExport(signExport(IDENTITY, CONTENT)).payload.warning).toBeUndefined();
  });

  it.each<[string, string, Parameters<typeof resigned>[0]]>([
    ['another v', 'payload.v', (payload) => (payload['v'] = 2)],
    ['another member', 'payload', (payload) => (payload['x'] = 1)],
    ['no tenant', 'payload.tenantId', (payload) => delete payload['tenantId']],
    ['no encryption', 'payload.encryptions', (payload) => (payload['encryptions'] = [])],
    [
      'an encryption twice',
      'payload.encryptions',
      (payload, encryption) => (payload['encryptions'] = [encryption, encryption]),
    ],
    [
      'a day that is not',
      'payload.exportedAt',
      (payload) => (payload['exportedAt'] = '2026-02-30T00:00:00Z'),
    ],
    [
      'a local time',
      'payload.exportedAt',
      (payload) => (payload['exportedAt'] = '2026-02-20T00:00:00+01:00'),
    ],
    ['another mode', 'payload.encryptions[0].mode', (_, encryption) => (encryption['mode'] = 'x')],
    [
      'a provider of client mode',
      'payload.encryptions[0].provider',
      (_, encryption) => (encryption['mode'] = 'client'),
    ],
    [
      'no days',
      'payload.encryptions[0].rotation.everyDays',
      (_, encryption) => (encryption['rotation'] = { everyDays: 0 }),
    ],
    [
      'an unknown rule of rotation',
      'payload.encryptions[0].rotation',
      (_, encryption) => (encryption['rotation'] = { everyHours: 1 }),
    ],
    [
      'text for a truth value',
      'payload.encryptions[0].olderVersionsEncrypt',
      (_, encryption) => (encryption['olderVersionsEncrypt'] = 'true'),
    ],
    [
      'a version twice',
      'payload.encryptions',
      (_, __, versions) => versions.push({ ...versions[1], number: 9 }),
    ],
    [
      'a number twice',
      'payload.encryptions[0].versions',
      (_, __, versions) => versions.push({ ...versions[1], encryptionVersionId: TENANT }),
    ],
    [
      'two active versions',
      'payload.encryptions[0].versions',
      (_, __, versions) => {
        versions.splice(1, 1, { ...versions[1], state: 'active' });
      },
    ],
    [
      'a record of another form',
      'payload.encryptions[0].versions[1].record',
      (_, __, versions) => versions.splice(1, 1, { ...versions[1], record: { v: 1 } }),
    ],
    [
      'a record of the other mode',
      'payload.encryptions[0].versions[1].record',
      (_, encryption) => {
        delete encryption['provider'];
        encryption['mode'] = 'client';
      },
    ],
    [
      'no record',
      'payload.encryptions[0].versions[2].record',
      (_, __, versions) => delete versions[2]?.['record'],
    ],
    [
      'a record and a receipt',
      'payload.encryptions[0].versions[2].state',
      (_, __, versions) => versions.splice(2, 1, { ...versions[2], receipt: RECEIPT }),
    ],
    [
      'a destroyed version with a record',
      'payload.encryptions[0].versions[2].state',
      (_, __, versions) => versions.splice(2, 1, { ...versions[2], state: 'destroyed' }),
    ],
    [
      'the receipt of another version',
      'payload.encryptions[0].versions[0].receipt',
      (_, __, versions) => versions.splice(0, 1, { ...versions[0], encryptionVersionId: TENANT }),
    ],
  ])('is refused with %s', (_what, field, change) => {
    expect(refusalOf(resigned(change))).toEqual({ code: 'invalid_request', field });
  });

  it.each([
    ['201 characters', 'x'.repeat(201)],
    ['201 characters of two units', '\u{1f511}'.repeat(201)],
    ['more than need be counted', 'x'.repeat(1_000_000)],
    ['none', ''],
  ])('is refused with a name of %s', (_what, name) => {
    const envelope = resigned((_, encryption) => (encryption['name'] = name));
    const field = 'payload.encryptions[0].name';
    expect(refusalOf(envelope)).toEqual({ code: 'invalid_request', field });
  });

  it('takes a name of 200 characters of two units', () => {
    const name = '\u{1f511}'.repeat(200);
    const envelope = resigned((_, encryption) => (encryption['name'] = name));
    expect(openExport(envelope).payload.encryptions[0]?.name).toBe(name);
  });

  it('is refused where its payload is no JSON, though it is signed', () => {
    const { payload } = signExport(IDENTITY, CONTENT);
    const text = `${Buffer.from(payload, 'base64').toString()}}`;
    const envelope = signEnvelope(IDENTITY, EXPORT_PAYLOAD_TYPE, Buffer.from(text));
    expect(refusalOf(envelope)).toEqual({ code: 'invalid_request', field: 'payload' });
  });

  it('tells an algorithm that this service does not have', () => {
    const envelope = resigned((_, encryption) => (encryption['algorithm'] = 'ROT13'));
    expect(refusalOf(envelope)?.code).toBe('unsupported_algorithm');
  });

  it('is refused with a key named twice, which the signature covers as well', () => {
    const { payload } = signExport(IDENTITY, CONTENT);
    const text = Buffer.from(payload, 'base64').toString().replace('{"v":1', '{"v":1,"v":1');
    const envelope = signEnvelope(IDENTITY, EXPORT_PAYLOAD_TYPE, Buffer.from(text));
    expect(refusalOf(envelope)).toEqual({ code: 'invalid_request', field: 'payload.v' });
  });

  it('is refused as a receipt, and a receipt as an export', () => {
    expect(refusalOf(RECEIPT)?.field).toBe('envelope.payloadType');
  });
});
