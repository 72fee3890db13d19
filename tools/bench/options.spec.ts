import { describe, expect, it } from 'vitest';
import { loadConfig } from '@app/config';
import { BENCH_OPTIONS, parseConnections } from './options.js';

describe('parseConnections', () => {
  it('keeps the order', () => {
    expect(parseConnections(['16', '1'])).toEqual([16, 1]);
  });

  it.each([[[]], [['0']], [['1', 'x']], [['1025']], [['1.5']], [['-4']]])(
    'takes nothing else than numbers of connections: %j',
    (list) => {
      expect(parseConnections(list)).toBeUndefined();
    },
  );
});

describe('BENCH_OPTIONS', () => {
  it('reads the flags', () => {
    const argv = ['--seconds', '5', '--connections=1,16'];
    const { values } = loadConfig({ options: BENCH_OPTIONS, argv, env: {} });
    expect(values).toMatchObject({ seconds: 5, connections: ['1', '16'], out: undefined });
  });

  it('refuses connections that are none', () => {
    const argv = ['--connections', '1,many'];
    expect(() => loadConfig({ options: BENCH_OPTIONS, argv, env: {} })).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code: 'invalid' })] }),
    );
  });
});
