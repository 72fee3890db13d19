import { describe, expect, it } from 'vitest';
import { renderBatches } from './batches.js';
import { figuresOf } from './figures.js';

describe('renderBatches', () => {
  it('tells what each item took, and how long whole calls took', () => {
    const service = figuresOf({
      latencies: [10, 20],
      seconds: 1,
      processorSeconds: 0.02,
      databaseSeconds: undefined,
    });
    const result = { operation: 'reencrypt', items: 100, bytes: 1024, connections: 4 } as const;
    const [, , line] = renderBatches([{ ...result, service }]);
    expect(line?.trim().split(/\s+/)).toEqual([
      'reencrypt',
      '100',
      '4',
      '200',
      '100.0',
      '-',
      '10.0',
      '20.0',
    ]);
  });
});
