import { KEK_BYTES, unwrapDek, wrapDek, type KeyPlace } from '@app/crypto';
import { SecretBytes } from '@app/secret';
import { refusal } from '../../../../test/support/refusal.js';
import { describe, expect, it } from 'vitest';
import { openKekProvider } from '../registry.js';

const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};

function key(fill = 1): SecretBytes {
  return SecretBytes.copyOf(Buffer.alloc(KEK_BYTES, fill));
}

describe('a local master key', () => {
  it('is the KEK of its records itself', async () => {
    const provider = await openKekProvider('local', { name: 'default', key: key() });
    const record = await provider.wrap(PLACE, key(2));
    expect(Object.keys(record)).not.toContain('provided');
    expect(unwrapDek(key(), PLACE, record).equals(key(2))).toBe(true);
  });

  it('is named by its URI and never by a path', async () => {
    const provider = await openKekProvider('local', { name: 'default', key: key() });
    expect([provider.name, provider.kind, provider.uri]).toEqual([
      'default',
      'local',
      'local:default',
    ]);
  });

  it('takes the bytes over and leaves none behind', async () => {
    const handedOver = key();
    const bytes = handedOver.expose();
    const provider = await openKekProvider('local', { name: 'default', key: handedOver });
    expect(bytes).toEqual(Buffer.alloc(KEK_BYTES));
    expect(await refusal(provider.checkHealth())).toBeUndefined();
    expect(JSON.stringify(provider)).not.toContain(Buffer.alloc(KEK_BYTES, 1).toString('base64'));
  });

  it('raises an alarm for a record that has something provided', async () => {
    const provider = await openKekProvider('local', { name: 'default', key: key() });
    const record = wrapDek(key(), 'local:default', PLACE, key(2), Buffer.from('x'));
    expect(await refusal(provider.unwrap(PLACE, record))).toEqual({
      code: 'internal',
      alarm: 'wrapped_key_integrity',
    });
  });

  it.each(['', '/etc/keyward/key', 'a b', '-a', 'a.', '\u00e9', 'x'.repeat(65), 'a\n'])(
    'has no name like this one',
    async (name) => {
      expect((await refusal(openKekProvider('local', { name, key: key() })))?.code).toBe(
        'invalid_request',
      );
    },
  );

  it('has 32 bytes', async () => {
    const short = SecretBytes.copyOf(Buffer.alloc(16));
    expect((await refusal(openKekProvider('local', { name: 'default', key: short })))?.code).toBe(
      'invalid_request',
    );
  });
});
