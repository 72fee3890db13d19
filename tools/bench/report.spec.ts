import { describe, expect, it } from 'vitest';
import { figuresOf, type Result } from './figures.js';
import { type BenchReport, renderSummary, renderTable } from './report.js';

function resultWith(serviceSeconds: number | undefined): Result {
  const latencies = [1, 2];
  return {
    operation: 'encrypt',
    bytes: 64,
    connections: 16,
    service: figuresOf({
      latencies,
      seconds: 1,
      processorSeconds: serviceSeconds,
      databaseSeconds: 0.0004,
    }),
    twin: figuresOf({ latencies, seconds: 1, processorSeconds: 0.0002 }),
  };
}

function summaryWith(serviceSeconds: number | undefined): string {
  const report: BenchReport = {
    machine: {
      date: '2026-01-01T00:00:00.000Z',
      processor: 'any',
      cores: 1,
      memoryBytes: 1,
      operatingSystem: 'any',
      node: '24',
      openssl: '3',
      pinning: 'there is only one core',
    },
    secondsEach: 1,
    hasLimits: false,
    results: [resultWith(serviceSeconds)],
    batches: [],
    startUp: { firstStart: 4321, laterStart: 1234, twin: 99 },
    peakMemory: { service: 100 * 1024 * 1024, twin: undefined },
  };
  return renderSummary(report).join('\n');
}

describe('renderTable', () => {
  it('has the service, the twin and their ratio for each number of connections', () => {
    const [title, , service, twin, ratios] = renderTable('encrypt', 64, [resultWith(0.001)]);
    expect(title).toBe('encrypt, 64 bytes');
    expect(service?.trim().split(/\s+/)).toEqual([
      '16',
      'service',
      '2',
      '500',
      '200',
      '1.00',
      '2.00',
      '2.00',
    ]);
    expect(twin?.trim().split(/\s+/)).toEqual(['twin', '2', '100', '-', '1.00', '2.00', '2.00']);
    expect(ratios).toMatch(/ratio +1\.00 × +5\.00 × +1\.00 × +1\.00 × +1\.00 ×$/);
  });

  it('leaves other operations and sizes out', () => {
    expect(renderTable('decrypt', 64, [resultWith(0.001)])).toHaveLength(2);
    expect(renderTable('encrypt', 1024, [resultWith(0.001)])).toHaveLength(2);
  });
});

describe('renderSummary', () => {
  it('says whether the goal is kept', () => {
    expect(summaryWith(0.001)).toContain("5.0 × the twin's in the median");
    expect(summaryWith(0.001)).toContain('at most 6 × is kept');
    expect(summaryWith(0.0014)).toContain('is missed');
  });

  it('says so where processor times are unknown', () => {
    expect(summaryWith(undefined)).toContain('could not be read');
  });

  it('has start-up times and memory', () => {
    expect(summaryWith(0.001)).toContain('4.3 s in a fresh folder, 1.2 s in one that exists');
    expect(summaryWith(0.001)).toContain('service 100 MiB, twin unknown');
  });
});
