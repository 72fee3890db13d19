import { describe, expect, it } from 'vitest';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { assertNotWeaker, parseKeyDerivation } from './parameters.js';

const ANSWER = {
  algorithm: 'argon2id',
  salt: Buffer.alloc(16, 1).toString('base64'),
  iterations: 3,
  memoryKiB: 65_536,
  parallelism: 1,
};

const OUT_OF_BOUNDS: [string, unknown][] = [
  ['algorithm', 'argon2i'],
  ['algorithm', 'pbkdf2'],
  ['algorithm', 'Argon2id'],
  ['algorithm', undefined],
  ['iterations', 2],
  ['iterations', 11],
  ['iterations', 3.5],
  ['iterations', '3'],
  ['iterations', null],
  ['memoryKiB', 65_535],
  ['memoryKiB', 1_048_577],
  ['memoryKiB', -65_536],
  ['memoryKiB', undefined],
  ['parallelism', 0],
  ['parallelism', 5],
  ['parallelism', [1]],
  ['salt', Buffer.alloc(15).toString('base64')],
  ['salt', Buffer.alloc(65).toString('base64')],
  ['salt', ''],
  ['salt', Buffer.alloc(16).toString('base64url')],
  ['salt', `${ANSWER.salt}\n`],
  ['salt', 16],
];

describe('an answer to key-derivation', () => {
  it('is read at the bounds', () => {
    const most = { iterations: 10, memoryKiB: 1_048_576, parallelism: 4 };
    expect(parseKeyDerivation(ANSWER)).toEqual({
      salt: new Uint8Array(16).fill(1),
      iterations: 3,
      memoryKiB: 65_536,
      parallelism: 1,
    });
    const salt = Buffer.alloc(64).toString('base64');
    expect(parseKeyDerivation({ ...ANSWER, ...most, salt, later: true })).toMatchObject(most);
  });

  it.each(OUT_OF_BOUNDS)('is refused for the %s %j', async (field, value) => {
    const answer = { ...ANSWER, [field]: value };
    expect(await clientRefusal(() => parseKeyDerivation(answer))).toEqual([
      'unacceptable_parameters',
      field,
    ]);
  });

  it.each([undefined, null, 'argon2id', []])('is not %j', async (answer) => {
    const [code] = await clientRefusal(() => parseKeyDerivation(answer));
    expect(code).toBe('unacceptable_parameters');
  });
});

describe('parameters that are remembered', () => {
  const remembered = { iterations: 4, memoryKiB: 131_072, parallelism: 2 };

  it('may grow', async () => {
    const stronger = { iterations: 5, memoryKiB: 262_144, parallelism: 4 };
    for (const found of [remembered, stronger, { ...remembered, iterations: 10 }])
      expect(
        await clientRefusal(() => {
          assertNotWeaker(found, remembered);
        }),
      ).toBe('done');
    expect(
      await clientRefusal(() => {
        assertNotWeaker(remembered);
      }),
    ).toBe('done');
  });

  it.each(['iterations', 'memoryKiB', 'parallelism'] as const)(
    'never shrink in %s, whatever else has grown',
    async (name) => {
      const found = { iterations: 10, memoryKiB: 1_048_576, parallelism: 4 };
      const weaker = { ...found, [name]: remembered[name] - 1 };
      expect(
        await clientRefusal(() => {
          assertNotWeaker(weaker, remembered);
        }),
      ).toEqual(['weaker_parameters', name]);
    },
  );
});
