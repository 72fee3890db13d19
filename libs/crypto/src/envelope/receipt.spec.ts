import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { takeEd25519Seed } from '../hazmat/ed25519.js';
import { fingerprintOf } from './envelope.js';
import { openReceipt } from './open-receipt.js';
import { MAX_NAMED_EXPORTS, RECEIPT_PAYLOAD_TYPE, type DestructionInput } from './receipt.js';
import { signEnvelope } from './sign-envelope.js';
import { signReceipt } from './sign-receipt.js';

const IDENTITY = takeEd25519Seed(Buffer.alloc(32, 5));

function time(minutes: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 0, minutes));
}

const INPUT: DestructionInput = {
  tenantId: '0c6e1a7e-20cf-4b4b-a8ef-b23d2a5b9f10',
  encryptionId: '5b2a8d7c-9c0f-4d3e-8a1b-6f5e4d3c2b1a',
  encryptionVersionId: '11111111-1111-4111-8111-111111111111',
  number: 4,
  suite: 'AES-256-GCM',
  scheduledAt: time(10),
  destroyedAt: time(20),
  kekUri: 'local:default',
  exportedAt: [time(1), time(2)],
  forgottenAt: time(25),
};

function copies(input: DestructionInput): [string, Date][] {
  const { copiesMayExist } = openReceipt(signReceipt(IDENTITY, input)).payload;
  return copiesMayExist.map((copy) => [copy.where, copy.time]);
}

describe('a receipt of destruction', () => {
  it.each<[string, Partial<DestructionInput>]>([
    ['number 0', { number: 0 }],
    ['no master key', { kekUri: '' }],
    ['no time', { destroyedAt: new Date(Number.NaN) }],
  ])('is not signed where it would not open again: %s', (_what, change) => {
    expect(() => signReceipt(IDENTITY, { ...INPUT, ...change })).toThrow('internal');
  });

  it('says which key was erased, when, and by whom', () => {
    const { payload, fingerprint } = openReceipt(signReceipt(IDENTITY, INPUT));
    const { exportedAt: _, forgottenAt: __, ...facts } = INPUT;
    expect(payload).toMatchObject(facts);
    expect(fingerprint).toBe(fingerprintOf(IDENTITY));
  });

  it('names the copies that may still exist: backups, each export, memory', () => {
    expect(copies(INPUT)).toEqual([
      ['database-backups', time(20)],
      ['export', time(2)],
      ['export', time(1)],
      ['process-memory', time(25)],
    ]);
  });

  it('names the newest exports one by one, and bounds the others', () => {
    const exportedAt = Array.from({ length: MAX_NAMED_EXPORTS + 2 }, (_, index) => time(index));
    const named = copies({ ...INPUT, exportedAt });
    expect(named.filter(([where]) => where === 'export')).toHaveLength(MAX_NAMED_EXPORTS);
    expect(named.at(-2)).toEqual(['older-exports', time(1)]);
  });

  it.each([
    ['another v', { v: 2 }, 'receipt.payload.v'],
    [
      'another place',
      { copiesMayExist: [{ where: 'x', time: time(1), note: 'x' }] },
      'receipt.payload.copiesMayExist[0].where',
    ],
    ['no copies', { copiesMayExist: [] }, 'receipt.payload.copiesMayExist'],
    ['a tenant that is no UUID', { tenantId: 'x' }, 'receipt.payload.tenantId'],
    ['a time that is a number', { destroyedAt: 7 }, 'receipt.payload.destroyedAt'],
    ['no number', { number: '4' }, 'receipt.payload.number'],
    ['another member', { record: {} }, 'receipt.payload'],
  ])('is refused with %s', (_what, change, field) => {
    const signed = signReceipt(IDENTITY, INPUT);
    const payload = JSON.parse(Buffer.from(signed.payload, 'base64').toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...payload, ...change }));
    const envelope = signEnvelope(IDENTITY, RECEIPT_PAYLOAD_TYPE, changed);
    let refusal: unknown;
    try {
      openReceipt(envelope);
    } catch (error) {
      refusal = error instanceof AppError ? [error.code, error.errors?.[0]?.field] : error;
    }
    expect(refusal).toEqual(['invalid_request', field]);
  });
});
