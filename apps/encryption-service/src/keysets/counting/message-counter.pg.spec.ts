import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUITES } from '@app/crypto';
import type { AppError } from '@app/errors';
import {
  COUNTED_SUITE,
  CountedVersions,
  takeOf as take,
} from '../../../../../test/support/counted-versions.js';

let versions: CountedVersions;

beforeAll(async () => {
  versions = await CountedVersions.open();
});

afterAll(async () => {
  await versions.test.stop();
});

describe('the limits of a cipher', () => {
  const { softLimit, hardLimit } = SUITES[COUNTED_SUITE];

  it('want a new version from the soft one on, in messages and in bytes', async () => {
    const messages = await versions.make();
    await versions.set(messages, `messages = ${String(softLimit.messages)}`);
    expect(await take(versions.replica(), messages)).toBe('wanted');
    const bytes = await versions.make();
    await versions.set(bytes, `bytes = ${String(softLimit.bytes)}`);
    expect(await take(versions.replica(), bytes)).toBe('wanted');
  });

  it('require one a hundredth later', async () => {
    const messages = await versions.make();
    await versions.set(messages, `messages = ${String(softLimit.messages * 1.01)}`);
    expect(await take(versions.replica(), messages)).toBe('required');
    const bytes = await versions.make();
    await versions.set(bytes, `bytes = ${String(softLimit.bytes * 1.01)}`);
    expect(await take(versions.replica(), bytes)).toBe('required');
  });

  it.each(['messages', 'bytes'] as const)(
    'end what another version has followed, in %s',
    async (unit) => {
      const of = await versions.make();
      const old = { ...of, version: Object.assign(of.version, { state: 'deactivated' }) };
      await versions.set(old, `${unit} = ${String(softLimit[unit] * 1.5)}`);
      expect(await take(versions.replica(), old)).toBe('none');
      await versions.set(old, `${unit} = ${String(hardLimit[unit])}`);
      const refusal = await take(versions.replica(), old).catch((error: unknown) => error);
      expect((refusal as AppError).code).toBe('version_not_usable');
    },
  );
});

describe('a rule of so many days', () => {
  it.each([
    [9, 'none'],
    [10, 'wanted'],
    [10.2, 'required'],
  ])('of 10, after %d: %s', async (ageDays, need) => {
    expect(await take(versions.replica(), await versions.make({ everyDays: 10, ageDays }))).toBe(
      need,
    );
  });
});

describe('a count', () => {
  it('is what was used once all has been settled', async () => {
    const of = await versions.make();
    const counters = [versions.replica(), versions.replica()];
    for (let i = 0; i < 40; i += 1) await take(counters[i % 2] ?? versions.replica(), of, 1, 100);
    await Promise.all(counters.map((counter) => counter.settleAll()));
    expect(await versions.row(of)).toEqual({
      messages: 40,
      under_way: 0,
      bytes: 4000,
      is_uncertain: false,
    });
  });

  it('is that of the database where a connection broke: what was reserved counts as used', async () => {
    const of = await versions.make();
    const counter = versions.replica();
    for (let i = 0; i < 4; i += 1) await take(counter, of);
    counter.dropBlocks();
    await counter.settleAll();
    expect(await versions.row(of)).toMatchObject({ messages: 7, under_way: 0 });
  });

  it.each([
    ['in a database that was told not to trust it', 'is_uncertain = true'],
    ['in a database that went back in time, or is another one', "counted_in = 'elsewhere'"],
  ])('%s requires a new version before anything is sealed', async (_what, set) => {
    const of = await versions.make();
    await versions.set(of, set);
    expect(await take(versions.replica(), of)).toBe('required');
    expect(await versions.row(of)).toMatchObject({ is_uncertain: true });
    const old = { ...of, version: Object.assign(of.version, { state: 'deactivated' }) };
    expect(await take(versions.replica(), old)).toBe('none');
  });

  it('that was lost with a restore is told by the version itself', async () => {
    const of = await versions.make();
    await versions.test.asOwner(
      "update encryption_key_version set made_in = 'elsewhere' where id = $1",
      [of.version.id],
    );
    expect(await take(versions.replica(), of)).toBe('required');
  });
});
