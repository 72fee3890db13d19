import { randomBytes } from 'node:crypto';
import { printLine } from '../terminal/print.js';
import { TrialError } from '../trial/run-trial.js';
import type { Contestant } from './contestant.js';
import { type Figures, figuresOf } from './figures.js';
import { type Load, LoadGenerator } from './load.js';
import type { MeasureContext } from './measure.js';

export type BatchOperation = 'encrypt' | 'decrypt' | 'reencrypt' | 'verify';

/** Batches of one kind over so many connections. The figures are of whole calls. */
export interface BatchResult {
  readonly operation: BatchOperation;
  readonly items: number;
  readonly bytes: number;
  readonly connections: number;
  readonly service: Figures;
}

const OPERATIONS: readonly BatchOperation[] = ['encrypt', 'decrypt', 'verify', 'reencrypt'];
const ITEMS = [100, 1000];
const BYTES = 1024;
const CONNECTIONS = [1, 4];
const WARM_UP_SECONDS = 1;

interface Failure {
  readonly error?: unknown;
}

/** Batches of the service alone: the twin has none. */
export class BatchMeasurement {
  constructor(
    private readonly contestant: Contestant,
    private readonly context: MeasureContext,
  ) {}

  /**
   * Measures every kind, and prints each figure when it is there.
   *
   * @throws TrialError `wrong_answer` where an item of a sample failed.
   */
  async run(): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    for (const items of ITEMS) {
      const sealed = await this.#seal(items);
      // What is sealed now is under an older version from here on: re-encryption has something to do.
      await this.#ask('/v1/rotate', { encryptionId: this.context.encryptionId });
      for (const operation of OPERATIONS) {
        const body = operation === 'encrypt' ? this.#plain(items) : sealed;
        for (const connections of CONNECTIONS) {
          const service = await this.#measure(operation, body, connections);
          results.push({ operation, items, bytes: BYTES, connections, service });
        }
      }
    }
    for (const line of ['', ...renderBatches(results)]) printLine(line);
    return results;
  }

  #plain(items: number): object {
    const data = randomBytes(BYTES).toString('base64url').slice(0, BYTES);
    return this.#batch(Array.from({ length: items }, () => ({ data })));
  }

  async #seal(items: number): Promise<object> {
    const answer = await this.#ask('/v1/encrypt/batch', this.#plain(items));
    return this.#batch((JSON.parse(answer) as { results: unknown[] }).results);
  }

  #batch(items: readonly unknown[]): object {
    return { encryptionId: this.context.encryptionId, items };
  }

  async #measure(operation: BatchOperation, body: object, connections: number): Promise<Figures> {
    const path = `/v1/${operation}/batch`;
    await this.#load(path, body, connections, WARM_UP_SECONDS);
    const { pid, databasePid } = this.contestant;
    const { processes, seconds } = this.context;
    const usedSoFar = () => ({
      processor: processes?.seconds(pid),
      database: databasePid === undefined ? undefined : processes?.secondsOfFamily(databasePid),
    });
    const before = usedSoFar();
    const report = await this.#load(path, body, connections, seconds);
    const after = usedSoFar();
    report.samples.forEach(check);
    return figuresOf({
      ...report,
      processorSeconds: less(after.processor, before.processor),
      databaseSeconds: less(after.database, before.database),
    });
  }

  async #ask(path: string, body: object): Promise<string> {
    const { samples } = await this.#load(path, body, 1, 0);
    return samples[0] ?? '';
  }

  async #load(path: string, body: object, connections: number, seconds: number) {
    const { target } = this.contestant;
    const { signal } = this.context;
    const load: Load = { target, path, body: JSON.stringify(body), connections, seconds, signal };
    const generator = await LoadGenerator.connect(load);
    try {
      return await generator.run();
    } finally {
      await generator.close();
    }
  }
}

function check(sample: string): void {
  const { results } = JSON.parse(sample) as { results: Failure[] };
  if (results.every(({ error }) => error === undefined)) return;
  throw new TrialError('wrong_answer', 'An item of a batch came to nothing.');
}

function less(to: number | undefined, from: number | undefined): number | undefined {
  return to === undefined || from === undefined ? undefined : to - from;
}

function cell(value: number | undefined, digits = 0): string {
  return (value === undefined ? '-' : value.toFixed(digits)).padStart(13);
}

/** One table of all batches, by item. */
export function renderBatches(results: readonly BatchResult[]): string[] {
  const heads = ['items/s', 'CPU µs', 'database µs', 'p50 ms', 'p99 ms'];
  return [
    `batches, ${BYTES.toString()} bytes an item; latencies of whole calls, all else by item`,
    'operation   items  conn.' + heads.map((head) => head.padStart(13)).join(''),
    ...results.map(({ operation, items, connections, service }) =>
      [
        operation.padEnd(10),
        items.toString().padStart(7),
        connections.toString().padStart(7),
        cell(service.operationsPerSecond * items),
        cell(each(service.processorMicros, items), 1),
        cell(each(service.databaseMicros, items), 1),
        cell(service.p50, 1),
        cell(service.p99, 1),
      ].join(''),
    ),
  ];
}

function each(micros: number | undefined, items: number): number | undefined {
  return micros === undefined ? undefined : micros / items;
}
