import { describe, expect, it } from 'vitest';
import { SecretBytes } from '@app/secret';
import { deriveCoreKeys } from './core-keys.js';
import { DerivationSalts } from './derivation-salts.js';
import { TriesKeys } from './tries-keys.js';

const coreKeysOf = (byte: number) => deriveCoreKeys(new SecretBytes(Buffer.alloc(32, byte)));

describe('TriesKeys', () => {
  const keys = new TriesKeys(coreKeysOf(1).loginTries);

  it('tell apart what is counted, for whom, and from where', () => {
    const made = [
      keys.of('pair', 'ada', '192.0.2.1'),
      keys.of('pair', 'ada', '192.0.2.2'),
      keys.of('pair', 'grace', '192.0.2.1'),
      keys.of('pair', 'ada192.0.2.1', ''),
      keys.of('code', 'ada', '192.0.2.1'),
      keys.of('code', 'ada'),
      keys.of('hint-code', 'ada'),
      keys.ofPlace('ada', '192.0.2.1'),
    ].map((key) => key.toString('hex'));
    expect(new Set(made).size).toBe(made.length);
    expect(made[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are those of one core', () => {
    const other = new TriesKeys(coreKeysOf(2).loginTries);
    expect(other.of('pair', 'ada', 'x')).not.toEqual(keys.of('pair', 'ada', 'x'));
    expect(keys.of('pair', 'ada', 'x')).toEqual(keys.of('pair', 'ada', 'x'));
  });
});

describe('DerivationSalts', () => {
  it('are 32 bytes for each name, the same each time', () => {
    const salts = new DerivationSalts(coreKeysOf(1).derivationSalt);
    expect(salts.saltOf('ada')).toHaveLength(32);
    expect(salts.saltOf('ada')).toEqual(salts.saltOf('ada'));
    expect(salts.saltOf('ada')).not.toEqual(salts.saltOf('grace'));
    const other = new DerivationSalts(coreKeysOf(2).derivationSalt);
    expect(other.saltOf('ada')).not.toEqual(salts.saltOf('ada'));
  });
});
