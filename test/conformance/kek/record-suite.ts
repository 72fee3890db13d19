import { generateDek, type WrappedKeyRecord } from '@app/crypto';
import type { KekProvider } from '@app/kek';
import { refusal } from '../../support/refusal.js';
import { describe, expect, it } from 'vitest';
import type { KekBackend, RunningBackend } from './backend.js';
import { ALARM, PLACE, UNAVAILABLE } from './refusal.js';

const ELSEWHERE = '00000000-0000-4000-8000-000000000001';

async function wrap(provider: KekProvider): Promise<WrappedKeyRecord> {
  using dek = await generateDek(PLACE.suite);
  return await provider.wrap(PLACE, dek);
}

function flipLastBit(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes.toString('base64');
}

/** What every kind of master key does with records: wraps, opens, and refuses what is not what was written. */
export function describeRecords({ kind, quirks }: KekBackend, running: () => RunningBackend): void {
  const open = (): Promise<KekProvider> => running().open();

  describe('records', () => {
    it('name their master key by a URI of its kind', async () => {
      const provider = await open();
      expect(provider.uri.startsWith(`${kind}:`)).toBe(true);
      expect((await wrap(provider)).kekUri).toBe(provider.uri);
    });

    it('open in another process of the same configuration, out of a database', async () => {
      using dek = await generateDek(PLACE.suite);
      const stored = JSON.stringify(await (await open()).wrap(PLACE, dek));
      using opened = await (await open()).unwrap(PLACE, JSON.parse(stored) as unknown);
      expect(opened.equals(dek)).toBe(true);
    });

    it('differ for each wrapping of one key, which stays as it was', async () => {
      using dek = await generateDek(PLACE.suite);
      const before = Buffer.from(dek.expose());
      const provider = await open();
      const [one, other] = [await provider.wrap(PLACE, dek), await provider.wrap(PLACE, dek)];
      expect(new Set([one.w, one.ct, one.nonce, other.w, other.ct, other.nonce]).size).toBe(6);
      expect(dek.expose()).toEqual(before);
    });

    it('hold an outer key, which belongs to no tenant', async () => {
      using key = await generateDek(PLACE.suite);
      const provider = await open();
      const record = await provider.wrap({ outerKeyId: ELSEWHERE }, key);
      using opened = await provider.unwrap({ outerKeyId: ELSEWHERE }, record);
      expect(opened.equals(key)).toBe(true);
      expect(await refusal(provider.unwrap({ outerKeyId: PLACE.tenantId }, record))).toEqual(ALARM);
    });

    it.each(['tenantId', 'encryptionId', 'encryptionVersionId'] as const)(
      'raise an alarm with another %s',
      async (id) => {
        const provider = await open();
        const record = await wrap(provider);
        expect(await refusal(provider.unwrap({ ...PLACE, [id]: ELSEWHERE }, record))).toEqual(
          ALARM,
        );
      },
    );

    it('raise an alarm where they were changed anywhere', async () => {
      const provider = await open();
      const record = await wrap(provider);
      for (const [name, value] of Object.entries(record)) {
        if (name === 'v' || name === 'kekUri') continue;
        const changed = { ...record, [name]: flipLastBit(String(value)) };
        expect(await refusal(provider.unwrap(PLACE, changed)), name).toEqual(ALARM);
      }
      const renamed = { ...record, kekUri: `${record.kekUri}x` };
      expect(await refusal(provider.unwrap(PLACE, renamed))).toEqual(ALARM);
    });

    it('raise an alarm where they are of another master key under this one’s URI', async () => {
      const provider = await open();
      const record = { ...(await wrap(await running().openOther())), kekUri: provider.uri };
      const expected = quirks?.forbidsOtherKeys === true ? UNAVAILABLE : ALARM;
      expect(await refusal(provider.unwrap(PLACE, record))).toEqual(expected);
    });

    it('raise an alarm where they are none', async () => {
      const provider = await open();
      for (const record of [undefined, null, {}, [], 'record']) {
        expect(await refusal(provider.unwrap(PLACE, record))).toEqual(ALARM);
      }
    });
  });

  it('is healthy', async () => {
    expect(await refusal((await open()).checkHealth())).toBeUndefined();
  });
}
