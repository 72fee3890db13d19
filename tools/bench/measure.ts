import { randomBytes } from 'node:crypto';
import { TrialError } from '../trial/run-trial.js';
import type { Contestant } from './contestant.js';
import { type Figures, figuresOf, type Operation, type Scenario } from './figures.js';
import { LoadGenerator, type LoadReport } from './load.js';
import type { ProcessFigures } from './process-figures.js';

export interface MeasureContext {
  readonly encryptionId: string;
  readonly seconds: number;
  readonly processes: ProcessFigures | undefined;
  readonly signal: AbortSignal;
}

interface Wanted {
  readonly path: string;
  readonly body: string;
}

interface Used {
  readonly processorSeconds: number | undefined;
  readonly databaseSeconds: number | undefined;
}

/** The service goes on getting faster for some thousand requests, while its hot path is compiled. */
const WARM_UP_ANSWERS = 12_000;
const MAX_WARM_UP_ROUNDS = 10;
const WARM_UP_CONNECTIONS = 16;
const WARM_UP_BYTES = 1024;

/** One server under load: what is sent, what is observed, and whether the answers are right. */
export class Measurement {
  constructor(
    private readonly contestant: Contestant,
    private readonly context: MeasureContext,
  ) {}

  /** Lets the server compile its hot path, for ten seconds at most; nothing is measured. */
  async warmUp(operation: Operation): Promise<void> {
    const request = await this.#request(operation, textOf(WARM_UP_BYTES));
    let answers = 0;
    for (let round = 0; round < MAX_WARM_UP_ROUNDS && answers < WARM_UP_ANSWERS; round += 1) {
      const { report } = await this.#load(request, WARM_UP_CONNECTIONS, 1);
      answers += report.latencies.length;
    }
  }

  /** @throws TrialError `wrong_answer` where a status or the content of a sample is not what it should be. */
  async measure({ operation, bytes, connections }: Scenario): Promise<Figures> {
    const text = textOf(bytes);
    const request = await this.#request(operation, text);
    const { report, used } = await this.#load(request, connections, this.context.seconds);
    await this.#check(operation, report.samples, text);
    return figuresOf({ ...report, ...used });
  }

  async #request(operation: Operation, text: string): Promise<Wanted> {
    const body = JSON.stringify({ encryptionId: this.context.encryptionId, data: text });
    const encrypt = { path: '/v1/encrypt', body };
    if (operation === 'encrypt') return encrypt;
    return { path: '/v1/decrypt', body: await this.#ask(encrypt) };
  }

  async #load(
    wanted: Wanted,
    connections: number,
    seconds: number,
  ): Promise<{ report: LoadReport; used: Used }> {
    const { target } = this.contestant;
    const { signal } = this.context;
    const load = { ...wanted, target, connections, seconds, signal };
    const generator = await LoadGenerator.connect(load);
    try {
      const before = this.#usedSoFar();
      const report = await generator.run();
      return { report, used: difference(this.#usedSoFar(), before) };
    } finally {
      await generator.close();
    }
  }

  #usedSoFar(): Used {
    const { pid, databasePid } = this.contestant;
    const { processes } = this.context;
    return {
      processorSeconds: processes?.seconds(pid),
      databaseSeconds:
        databasePid === undefined ? undefined : processes?.secondsOfFamily(databasePid),
    };
  }

  /** What the server answers to one request. */
  async #ask(wanted: Wanted): Promise<string> {
    const { report } = await this.#load(wanted, 1, 0);
    return report.samples[0] ?? '';
  }

  async #check(operation: Operation, samples: readonly string[], text: string): Promise<void> {
    for (const sample of samples) {
      const opened =
        operation === 'decrypt' ? sample : await this.#ask({ path: '/v1/decrypt', body: sample });
      if ((JSON.parse(opened) as { data?: unknown }).data === text) continue;
      const message = `The ${this.contestant.name} gave back something else than was encrypted.`;
      throw new TrialError('wrong_answer', message);
    }
  }
}

/** Random text of so many bytes, none of which JSON escapes. */
function textOf(bytes: number): string {
  return randomBytes(bytes).toString('base64url').slice(0, bytes);
}

function difference(after: Used, before: Used): Used {
  const less = (to: number | undefined, from: number | undefined): number | undefined =>
    to === undefined || from === undefined ? undefined : to - from;
  return {
    processorSeconds: less(after.processorSeconds, before.processorSeconds),
    databaseSeconds: less(after.databaseSeconds, before.databaseSeconds),
  };
}
