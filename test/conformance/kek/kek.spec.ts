import { generateDek, type KeyPlace, type WrappedKeyRecord } from '@app/crypto';
import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from './providers.js';

const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};
const ALARM = { code: 'internal', alarm: 'wrapped_key_integrity' };

async function refusal(
  promise: Promise<unknown>,
): Promise<{ code: string; alarm: string | undefined } | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, alarm: error.alarm };
  }
}

function flipLastBit(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes.toString('base64');
}

describe.each(PROVIDERS)('the KEK provider $kind', ({ kind, open, openImpostor }) => {
  async function wrapped(): Promise<WrappedKeyRecord> {
    using dek = await generateDek(PLACE.suite);
    return await (await open()).wrap(PLACE, dek);
  }

  it('names its kind in its URI, and its URI in each record', async () => {
    const { uri } = await open();
    expect(uri.startsWith(`${kind}:`)).toBe(true);
    expect((await wrapped()).kekUri).toBe(uri);
  });

  it('opens what another process of the same configuration wrapped, out of a database', async () => {
    using dek = await generateDek(PLACE.suite);
    const stored = JSON.stringify(await (await open()).wrap(PLACE, dek));
    using opened = await (await open()).unwrap(PLACE, JSON.parse(stored) as unknown);
    expect(opened.equals(dek)).toBe(true);
  });

  it('gives a record of its own to each wrapping of one key', async () => {
    using dek = await generateDek(PLACE.suite);
    const provider = await open();
    const [one, other] = [await provider.wrap(PLACE, dek), await provider.wrap(PLACE, dek)];
    expect(new Set([one.w, one.ct, one.nonce, other.w, other.ct, other.nonce]).size).toBe(6);
  });

  it('leaves the key that it wrapped as it was', async () => {
    using dek = await generateDek(PLACE.suite);
    const before = Buffer.from(dek.expose());
    await (await open()).wrap(PLACE, dek);
    expect(dek.expose()).toEqual(before);
  });

  it.each(['tenantId', 'encryptionId', 'encryptionVersionId'] as const)(
    'raises an alarm with another %s',
    async (id) => {
      const elsewhere = { ...PLACE, [id]: '00000000-0000-4000-8000-000000000001' };
      expect(await refusal((await open()).unwrap(elsewhere, await wrapped()))).toEqual(ALARM);
    },
  );

  it('raises an alarm for a record that was changed anywhere', async () => {
    const [provider, record] = [await open(), await wrapped()];
    for (const [name, value] of Object.entries(record)) {
      if (name === 'v' || name === 'kekUri') continue;
      const changed = { ...record, [name]: flipLastBit(String(value)) };
      expect(await refusal(provider.unwrap(PLACE, changed)), name).toEqual(ALARM);
    }
    expect(
      await refusal(provider.unwrap(PLACE, { ...record, kekUri: `${record.kekUri}x` })),
    ).toEqual(ALARM);
  });

  it('raises an alarm for a record under another master key of the same URI', async () => {
    expect(await refusal((await openImpostor()).unwrap(PLACE, await wrapped()))).toEqual(ALARM);
  });

  it('raises an alarm for what is no record', async () => {
    const provider = await open();
    for (const record of [undefined, null, {}, [], 'record']) {
      expect(await refusal(provider.unwrap(PLACE, record))).toEqual(ALARM);
    }
  });

  it('is healthy', async () => {
    expect(await refusal((await open()).checkHealth())).toBeUndefined();
  });
});
