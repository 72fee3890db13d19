import { KEK_BYTES, type KeyPlace } from '@app/crypto';
import { SecretBytes } from '@app/secret';
import { refusal } from '../../../test/support/refusal.js';
import { describe, expect, it } from 'vitest';
import { KekProvider, type WrappingKey } from './kek-provider.js';

const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};
const DEK = SecretBytes.copyOf(Buffer.alloc(32, 2));

/** A master key that stays where it is: it gives wrapping keys, and takes what it made of them. */
class RemoteKek extends KekProvider {
  readonly name = 'remote';
  readonly kind = 'local';
  readonly uri: string = 'aws-kms:arn:x';
  readonly given: SecretBytes[] = [];
  opens: (kek: Buffer) => Buffer = (kek) => kek;

  protected override newWrappingKey(): Promise<WrappingKey> {
    const kek = this.#give(Buffer.alloc(KEK_BYTES, 5));
    return Promise.resolve({ kek, provided: Buffer.from(kek.expose().map((byte) => byte ^ 0xff)) });
  }

  protected override openWrappingKey(
    _place: KeyPlace,
    provided: Buffer | undefined,
  ): Promise<SecretBytes> {
    const kek = Buffer.from((provided ?? Buffer.alloc(0)).map((byte) => byte ^ 0xff));
    return Promise.resolve(this.#give(this.opens(kek)));
  }

  #give(bytes: Buffer): SecretBytes {
    const kek = new SecretBytes(bytes);
    this.given.push(kek);
    return kek;
  }
}

function areDisposed(secrets: readonly SecretBytes[]): boolean {
  return secrets.every((secret) => {
    try {
      secret.expose();
      return false;
    } catch {
      return true;
    }
  });
}

describe('a provider that keeps its key', () => {
  it('has what it made of the wrapping key in the record, and opens it again', async () => {
    const provider = new RemoteKek();
    const record = await provider.wrap(PLACE, DEK);
    expect(record.provided).toBe(Buffer.alloc(KEK_BYTES, 5 ^ 0xff).toString('base64'));
    expect((await provider.unwrap(PLACE, record)).equals(DEK)).toBe(true);
  });

  it('has every wrapping key overwritten, also where it fails', async () => {
    const provider = new RemoteKek();
    const record = await provider.wrap(PLACE, DEK);
    await refusal(provider.unwrap({ ...PLACE, tenantId: PLACE.encryptionId }, record));
    expect(provider.given).toHaveLength(3);
    expect(areDisposed(provider.given)).toBe(true);
  });

  it('answers no record that it does not open again', async () => {
    const provider = new RemoteKek();
    provider.opens = (kek) => kek.fill(6);
    expect((await refusal(provider.wrap(PLACE, DEK)))?.code).toBe('internal');
  });

  it('may not give a key of another length', async () => {
    const provider = new RemoteKek();
    const record = await provider.wrap(PLACE, DEK);
    provider.opens = (kek) => kek.subarray(1);
    expect(await refusal(provider.unwrap(PLACE, record))).toEqual({
      code: 'internal',
      alarm: undefined,
    });
  });

  it('is not asked for a record of another master key, nor for what is no record', async () => {
    const provider = new RemoteKek();
    const record = await provider.wrap(PLACE, DEK);
    const asked = provider.given.length;
    const alarm = { code: 'internal', alarm: 'wrapped_key_integrity' };
    for (const other of [
      { ...record, kekUri: 'aws-kms:arn:y' },
      { ...record, v: 2 },
      null,
      'record',
    ]) {
      expect(await refusal(provider.unwrap(PLACE, other))).toEqual(alarm);
    }
    expect(provider.given).toHaveLength(asked);
  });

  it('is healthy where a round trip works', async () => {
    const provider = new RemoteKek();
    expect(await refusal(provider.checkHealth())).toBeUndefined();
    provider.opens = (kek) => kek.fill(6);
    expect((await refusal(provider.checkHealth()))?.code).toBe('internal');
  });
});
