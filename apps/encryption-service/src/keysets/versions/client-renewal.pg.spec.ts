import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ClientKeyset,
  clientKey,
  outcomeOf,
  tally,
} from '../../../../../test/support/client-keys.js';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';
import { setVersionState } from '../../../../../test/support/version-states.js';

const KEY = clientKey(1);
const OTHER = clientKey(2);

let service: ServiceApp;
let admin: Credentials;
let keyset: ClientKeyset;
let blob: Record<string, unknown>;

beforeAll(async () => {
  service = await ServiceApp.start(2);
  ({ admin } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

beforeEach(async () => {
  keyset = await ClientKeyset.make(service, admin, KEY);
  blob = (await keyset.encrypt(KEY)).json;
});

const states = async (): Promise<unknown[]> => (await keyset.versions()).map(({ state }) => state);

/** Leaves the encryption without an active version, as a compromise or an import does where no key comes along. */
async function withoutActive(state: 'compromised' | 'deactivated'): Promise<void> {
  await setVersionState(service, blob['encryptionVersionId'], state);
}

describe.each(['compromised', 'deactivated'] as const)(
  'an encryption in client mode whose last version is %s',
  (state) => {
    beforeEach(async () => {
      await withoutActive(state);
    });

    it('gets its next one with the first call that brings the key', async () => {
      expect(await states()).toEqual([state]);
      const reply = await keyset.encrypt(KEY);
      expect(reply.status).toBe(200);
      expect(await states()).toEqual([state, 'active']);
      expect(outcomeOf(await keyset.decrypt(reply.json, KEY))).toBe(200);
    });

    it('gets one where many calls bring it at once', async () => {
      const calls = Array.from({ length: 10 }, (_, i) => keyset.encrypt(KEY, i % 2));
      const replies = await Promise.all(calls);
      expect(tally(replies)).toEqual({ '200': 10 });
      expect(await states()).toEqual([state, 'active']);
    });

    it('gets none from a wrong key, nor without one, however many come along with the right one', async () => {
      expect(outcomeOf(await keyset.encrypt(OTHER))).toBe('master_key_mismatch');
      expect(outcomeOf(await keyset.rotate(OTHER))).toBe('master_key_mismatch');
      expect(outcomeOf(await keyset.encrypt())).toBe('master_key_required');
      expect(await states()).toEqual([state]);
      const calls = [OTHER, KEY, OTHER, KEY].map((key, i) => keyset.encrypt(key, i % 2));
      expect(tally(await Promise.all(calls))).toEqual({ '200': 2, master_key_mismatch: 2 });
      expect(await states()).toEqual([state, 'active']);
    });

    it('can be rotated and rewrapped, and every version is under the key that came', async () => {
      expect((await keyset.rewrap({ mode: 'client' }, KEY, OTHER)).status).toBe(200);
      expect(await states()).toEqual([state]);
      expect((await keyset.rotate(OTHER)).status).toBe(200);
      expect(await states()).toEqual([state, 'active']);
      expect(outcomeOf(await keyset.encrypt(OTHER))).toBe(200);
      expect(outcomeOf(await keyset.encrypt(KEY))).toBe('master_key_mismatch');
    });

    it('records that it was rotated by itself, for the client whose call brought the key', async () => {
      await keyset.encrypt(KEY);
      const { json } = await service.send(
        'GET',
        `/v1/audit?encryptionId=${keyset.id}&operation=rotate-by-itself`,
        { as: admin },
      );
      expect(json['items']).toMatchObject([{ outcome: 'success' }]);
    });
  },
);
