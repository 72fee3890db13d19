import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { ClientDevice } from '../../../test/support/core-client.js';
import { FakeCore } from '../../../test/support/fake-core.js';
import type { LoggedIn } from './core-accounts.js';
import { generateKeyPair } from './key-pair.js';
import type { FingerprintQuestion } from './master-key-sharing.js';
import { SecretKey } from './secret-key.js';

const tenantId = randomUUID();

let core: FakeCore;
let device: ClientDevice;
let alice: LoggedIn;
let bob: LoggedIn;
let masterKey: SecretKey;
let asked: FingerprintQuestion[];

function answering(answer: boolean): (question: FingerprintQuestion) => Promise<boolean> {
  return (question) => {
    asked.push(question);
    return Promise.resolve(answer);
  };
}

function copies(): number {
  return core.routes().filter((route) => route.endsWith('/key') && route.startsWith('PUT')).length;
}

async function swapKeyOf({ session }: LoggedIn): Promise<void> {
  const { publicKey } = await generateKeyPair();
  core.keyPairs.set(session.user.id, {
    ...core.keyPairs.get(session.user.id),
    publicKey: Buffer.from(publicKey).toString('base64'),
  });
}

beforeEach(async () => {
  core = new FakeCore();
  device = new ClientDevice(core);
  alice = await device.person('alice');
  bob = await new ClientDevice(core).person('bob');
  await bob.session.keyPair();
  masterKey = SecretKey.random();
  asked = [];
});

describe('the master key of a tenant', () => {
  const to = ({ session }: LoggedIn): { tenantId: string; userId: string } => ({
    tenantId,
    userId: session.user.id,
  });

  it('comes to a member whose fingerprint was confirmed, which is asked once', async () => {
    await alice.masterKeys.share(to(bob), masterKey, answering(true));
    const again = await device.logIn('alice');
    await again.masterKeys.share(to(bob), masterKey, answering(false));
    expect(asked).toEqual([
      { userId: bob.session.user.id, fingerprint: await bob.masterKeys.ownFingerprint() },
    ]);
    expect((await bob.masterKeys.open(tenantId)).equals(masterKey)).toBe(true);
    expect(core.sent).not.toContain(Buffer.from(masterKey.expose()).toString('base64'));
  });

  it('is sealed to oneself without a question', async () => {
    await alice.masterKeys.share(to(alice), masterKey, answering(false));
    expect((await alice.masterKeys.open(tenantId)).equals(masterKey)).toBe(true);
    expect(asked).toEqual([]);
  });

  it('is sealed to nobody whose fingerprint was not confirmed, who is asked about again', async () => {
    for (const times of [1, 2]) {
      const share = alice.masterKeys.share(to(bob), masterKey, answering(false));
      expect(await clientRefusal(() => share)).toEqual(['public_key_not_confirmed']);
      expect(asked).toHaveLength(times);
    }
    expect(copies()).toBe(0);
  });

  it('is not sealed to a key that the core changed, until a person has trusted the new one', async () => {
    await alice.masterKeys.share(to(bob), masterKey, answering(true));
    await swapKeyOf(bob);
    const share = (): Promise<void> => alice.masterKeys.share(to(bob), masterKey, answering(true));
    expect(await clientRefusal(share)).toEqual(['public_key_changed']);
    expect([asked.length, copies()]).toEqual([1, 1]);
    const other = '0000 '.repeat(16).trim();
    await alice.masterKeys.trust(bob.session.user.id, other);
    expect(await clientRefusal(share)).toEqual(['public_key_changed']);
    expect(copies()).toBe(1);
  });

  it('is not asked about for another person at the same browser as if they had confirmed it', async () => {
    await alice.masterKeys.share(to(bob), masterKey, answering(true));
    const carol = await device.person('carol');
    await carol.masterKeys.share(to(bob), masterKey, answering(true));
    expect(asked).toHaveLength(2);
  });

  it('does not open out of the copy of another tenant, or out of none', async () => {
    await alice.masterKeys.share(to(bob), masterKey, answering(true));
    const other = randomUUID();
    const { id } = bob.session.user;
    core.copies.set(
      `/tenants/${other}/members/${id}/key`,
      core.copies.get(`/tenants/${tenantId}/members/${id}/key`),
    );
    expect(await clientRefusal(() => bob.masterKeys.open(other))).toEqual(['decryption_failed']);
    expect(await clientRefusal(() => alice.masterKeys.open(tenantId))).toEqual(['not_found']);
  });
});
