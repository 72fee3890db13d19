import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecretString } from '@app/secret';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { option } from './declare.js';
import { describeConfig } from './describe.js';
import { readEntries } from './entries.js';
import { loadConfig } from './load-config.js';
import { configReference } from './reference.js';

const PETS = {
  cat: { lives: option.integer({ default: 9, least: 1, most: 9, help: 'lives' }) },
  dog: {
    leash: { length: option.duration({ default: 2_000, help: 'how long' }) },
    token: option.secret({ help: 'what it answers to' }),
    kennel: option.path({ optional: true, help: 'where' }),
  },
} as const;
const OPTIONS = { pets: option.entries(PETS, { optional: true, help: 'pets' }) };
const CANARY = 'do-not-print-me';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entries-'));
  writeFileSync(join(folder, 'token'), `${CANARY}\n`, { mode: 0o600 });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function configFile(content: unknown): string {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function load(env: Record<string, string>) {
  return loadConfig({ prefix: 'ES', options: OPTIONS, argv: [], env });
}

function problemsOf(action: () => unknown): readonly ConfigProblem[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function namesOf(action: () => unknown): string[] {
  return problemsOf(action).map(({ code, name }) => `${code} ${name}`);
}

describe('a list of entries', () => {
  it('is read from the configuration file, each entry by the options of its kind', () => {
    const pets = [
      { kind: 'cat', name: 'tom' },
      { kind: 'dog', name: 'rex', token: { file: 'token' }, kennel: 'k', leash: { length: '3s' } },
    ];
    const { values } = load({ ES_CONFIG: configFile({ pets }) });
    expectTypeOf(values.pets?.[0]?.kind).toEqualTypeOf<'cat' | 'dog' | undefined>();
    const [cat, dog] = values.pets ?? [];
    expect(cat).toEqual({ kind: 'cat', name: 'tom', lives: 9 });
    expect(Object.isFrozen(values.pets) && Object.isFrozen(dog)).toBe(true);
    if (dog?.kind !== 'dog') throw new Error('not a dog');
    expectTypeOf(dog.token).toEqualTypeOf<SecretString>();
    expect([dog.token.expose(), dog.leash.length, dog.kennel]).toEqual([
      CANARY,
      3_000,
      join(folder, 'k'),
    ]);
  });

  it('is read from a variable as JSON', () => {
    const { values } = load({ ES_PETS: '[{"kind":"cat","name":"tom","lives":3}]' });
    expect(values.pets).toEqual([{ kind: 'cat', name: 'tom', lives: 3 }]);
  });

  it('may be absent or empty', () => {
    expect(load({}).values.pets).toBeUndefined();
    expect(load({ ES_PETS: '[]' }).values.pets).toEqual([]);
  });

  it.each(['', 'x', '{}', 'null', '"x"', '[', '1'])('is no %j', (text) => {
    expect(namesOf(() => load({ ES_PETS: text }))).toEqual(['invalid ES_PETS']);
  });

  it('has every problem of every entry reported at once, by its way from the list', () => {
    const pets = [
      'cat',
      { kind: 'fish', name: 'a' },
      { kind: '__proto__', name: 'a' },
      { kind: 'cat', name: '-a', lives: 10, tail: 1 },
      { kind: 'dog', name: 'b', token: CANARY },
      { kind: 'dog', name: 'c' },
    ];
    expect(namesOf(() => load({ ES_CONFIG: configFile({ pets }) }))).toEqual([
      'invalid pets[0]',
      'invalid pets[1].kind',
      'invalid pets[2].kind',
      'invalid pets[3].name',
      'unknown pets[3].tail',
      'invalid pets[3].lives',
      'forbidden_source pets[4].token',
      'missing pets[5].token',
    ]);
  });

  it('has no two entries of one name', () => {
    const cat = { kind: 'cat', name: 'tom' };
    expect(namesOf(() => readEntries(PETS, [cat, cat], '.'))).toEqual(['invalid [1].name']);
  });

  it('shows neither a secret nor what broke a rule', () => {
    const dog = { kind: 'dog', name: 'rex', token: { file: 'token' } };
    const good = load({ ES_CONFIG: configFile({ pets: [dog] }) });
    const [bad] = problemsOf(() => readEntries(PETS, [{ ...dog, name: CANARY.repeat(9) }], folder));
    expect(describeConfig(good) + JSON.stringify(bad)).not.toContain(CANARY);
    expect(describeConfig(good)).toContain('"token":"[secret]"');
  });

  it('stands in the reference with the settings of each kind', () => {
    const page = configReference({ title: 'x', prefix: 'ES', options: OPTIONS });
    expect(page).toContain('## An entry of `pets` of the kind `dog`');
    expect(page).toContain('| `leash.length` | `2s` |');
    expect(page).toContain('| `token` | **required** |');
  });
});
