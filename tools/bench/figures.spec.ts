import { describe, expect, it } from 'vitest';
import { figuresOf, percentile, processorRatios, ratio, type Result } from './figures.js';

const OBSERVED = { latencies: [4, 1, 3, 2], seconds: 2, processorSeconds: 0.001 };

function result(operation: Result['operation'], service: number, twin: number): Result {
  const of = (processorSeconds: number) => figuresOf({ ...OBSERVED, processorSeconds });
  return { operation, bytes: 64, connections: 1, service: of(service), twin: of(twin) };
}

describe('percentile', () => {
  it.each([
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('takes the nearest rank of %d', (share, expected) => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('is the one value of a list of one', () => {
    expect(percentile([7], 0.99)).toBe(7);
  });
});

describe('figuresOf', () => {
  it('counts for each request, from latencies in any order', () => {
    expect(figuresOf({ ...OBSERVED, databaseSeconds: 0.002 })).toEqual({
      operations: 4,
      operationsPerSecond: 2,
      processorMicros: 250,
      databaseMicros: 500,
      p50: 2,
      p95: 4,
      p99: 4,
    });
  });

  it('leaves out what the operating system does not tell', () => {
    const { processorMicros, databaseMicros } = figuresOf({ latencies: [1], seconds: 1 });
    expect([processorMicros, databaseMicros]).toEqual([undefined, undefined]);
  });
});

describe('ratios', () => {
  it('has none where a figure is missing', () => {
    expect(ratio(6, 2)).toBe(3);
    expect(ratio(undefined, 2)).toBeUndefined();
  });

  it('spans all scenarios of one operation and no other', () => {
    const results = [
      result('encrypt', 0.005, 0.001),
      result('encrypt', 0.004, 0.001),
      result('encrypt', 0.006, 0.001),
      result('decrypt', 0.009, 0.001),
    ];
    const found = processorRatios(results, 'encrypt');
    expect(found?.least).toBeCloseTo(4);
    expect(found?.median).toBeCloseTo(5);
    expect(found?.greatest).toBeCloseTo(6);
  });

  it('has no span without processor times', () => {
    const figures = figuresOf({ latencies: [1], seconds: 1 });
    const bare = { ...result('encrypt', 1, 1), service: figures };
    expect(processorRatios([bare], 'encrypt')).toBeUndefined();
  });
});
