import { describe, expect, it } from 'vitest';
import { SUITES, suiteNamed } from './suites.js';

describe('the table of suites', () => {
  it('finds a suite by its wire name alone', () => {
    expect(suiteNamed('AES-256-GCM')).toBe(SUITES['AES-256-GCM']);
    const others = ['aes-256-gcm', 'AES-256-CBC', '', '__proto__', 'constructor', 'toString'];
    expect(others.map(suiteNamed)).toEqual(others.map(() => undefined));
  });

  it('names each row as its key does, and no limit beyond what a number holds exactly', () => {
    for (const [name, suite] of Object.entries(SUITES)) {
      expect(suite.name).toBe(name);
      expect(Number.isSafeInteger(suite.hardLimit.bytes)).toBe(true);
      expect(suite.softLimit.messages).toBeLessThan(suite.hardLimit.messages);
      expect(suite.softLimit.bytes).toBeLessThan(suite.hardLimit.bytes);
    }
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(SUITES)).toBe(true);
    expect(Object.isFrozen(SUITES['AES-256-GCM'])).toBe(true);
  });
});
