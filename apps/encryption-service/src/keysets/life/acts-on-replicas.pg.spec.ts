import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, KeysetCaller } from '../../../../../test/support/keyset-caller.js';
import { type Credentials, ServiceApp } from '../../../../../test/support/service-app.js';

const HERE = 0;
const THERE = 1;

describe.each([
  ['that hear of changes', true],
  ['that lose every notification', false],
])('on replicas %s', (_, hearsChanges) => {
  let service: ServiceApp;
  let admin: Credentials;

  beforeAll(async () => {
    service = await ServiceApp.start(2, undefined, { hearsChanges });
    ({ admin } = await service.tenant());
  });

  afterAll(async () => {
    await service.stop();
  });

  /** Decrypts on both replicas until each has been refused. Answers what was released for a call that began after the act's answer. */
  async function releasedLate(
    keyset: KeysetCaller,
    blob: object,
    act: () => Promise<unknown>,
  ): Promise<number> {
    let isAnswered = false;
    let late = 0;
    const reader = async (replica: number): Promise<void> => {
      for (let refused = 0; refused < 3;) {
        const isAfter = isAnswered;
        const { status } = await keyset.decrypt(blob, { replica });
        if (status === 200 && isAfter) late += 1;
        if (status !== 200) refused += 1;
      }
    };
    const readers = [HERE, THERE, HERE, THERE].map(reader);
    await act();
    isAnswered = true;
    await Promise.all(readers);
    return late;
  }

  it.each(['suspend', 'compromise', 'destroy'])(
    'nothing more is released once %s has been answered',
    async (act) => {
      const keyset = await KeysetCaller.make(service, admin);
      const blob = await service.blob(admin, keyset.id);
      await keyset.rotate();
      const old = String(blob['encryptionVersionId']);
      for (const replica of [HERE, THERE])
        expect(codeOf(await keyset.decrypt(blob, { replica }))).toBe(200);
      const late = await releasedLate(keyset, blob, () => keyset.act(old, act));
      expect(late).toBe(0);
      expect(codeOf(await keyset.decrypt(blob, { replica: THERE }))).toBe('version_not_usable');
    },
  );

  it('nothing more is released once the encryption has been deleted, until it is restored', async () => {
    const keyset = await KeysetCaller.make(service, admin);
    const blob = await service.blob(admin, keyset.id);
    expect(await releasedLate(keyset, blob, () => keyset.delete())).toBe(0);
    await keyset.act(String(blob['encryptionVersionId']), 'restore');
    for (const replica of [HERE, THERE])
      expect(codeOf(await keyset.decrypt(blob, { replica }))).toBe(200);
  });

  it('a compromised version encrypts nothing more: its successor does, on each of them', async () => {
    const keyset = await KeysetCaller.make(service, admin);
    for (const replica of [HERE, THERE]) await keyset.encrypt({}, { replica });
    const active = String((await keyset.get()).json['activeVersionId']);
    await keyset.act(active, 'compromise');
    const next = (await keyset.get()).json['activeVersionId'];
    for (const replica of [HERE, THERE]) {
      const { json } = await keyset.encrypt({}, { replica });
      expect(json['encryptionVersionId']).toBe(next);
    }
  });
});
