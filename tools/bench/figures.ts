export type Operation = 'encrypt' | 'decrypt';
export type ContestantName = 'service' | 'twin';

/** One operation on data of one size over so many connections, each of which sends its next request after its last answer. */
export interface Scenario {
  readonly operation: Operation;
  readonly bytes: number;
  readonly connections: number;
}

/** What was observed of one server in one scenario. */
export interface Observation {
  /** Milliseconds from request to whole answer, one for each. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  /** Processor seconds of the server's process; absent where the operating system does not tell. */
  readonly processorSeconds?: number | undefined;
  /** Processor seconds of PostgreSQL; absent for a server without. */
  readonly databaseSeconds?: number | undefined;
}

/** The figures of one server in one scenario. Latencies are in milliseconds, processor times in microseconds for each request. */
export interface Figures {
  readonly operations: number;
  readonly operationsPerSecond: number;
  readonly processorMicros?: number | undefined;
  readonly databaseMicros?: number | undefined;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Result extends Scenario {
  readonly service: Figures;
  readonly twin: Figures;
}

/** The value that a share of all values does not exceed (nearest rank). `sorted` is in ascending order and not empty. */
export function percentile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

function microsEach(seconds: number | undefined, count: number): number | undefined {
  return seconds === undefined ? undefined : (seconds * 1_000_000) / count;
}

/** Makes figures of an observation with at least one answer. */
export function figuresOf(observation: Observation): Figures {
  const { latencies, seconds, processorSeconds, databaseSeconds } = observation;
  const sorted = latencies.toSorted((a, b) => a - b);
  const operations = sorted.length;
  return {
    operations,
    operationsPerSecond: operations / seconds,
    processorMicros: microsEach(processorSeconds, operations),
    databaseMicros: microsEach(databaseSeconds, operations),
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
  };
}

/** How many times the twin's figure that of the service is; `undefined` where one of them is absent. */
export function ratio(service: number | undefined, twin: number | undefined): number | undefined {
  return service === undefined || twin === undefined ? undefined : service / twin;
}

export interface Span {
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

/** How the ratios of processor time of one operation spread over its scenarios; `undefined` without processor times. */
export function processorRatios(
  results: readonly Result[],
  operation: Operation,
): Span | undefined {
  const ratios = results
    .filter((result) => result.operation === operation)
    .map(({ service, twin }) => ratio(service.processorMicros, twin.processorMicros))
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b);
  if (ratios.length === 0) return undefined;
  return {
    least: percentile(ratios, 0),
    median: percentile(ratios, 0.5),
    greatest: percentile(ratios, 1),
  };
}
