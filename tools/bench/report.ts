import type { BatchResult } from './batches.js';
import { type Figures, type Operation, processorRatios, ratio, type Result } from './figures.js';
import type { MachineFacts } from './machine.js';

/** Milliseconds. */
export interface StartUp {
  /** Of the whole system in a fresh folder. */
  readonly firstStart: number;
  /** Of the whole system in the folder that this left. */
  readonly laterStart: number;
  readonly twin: number;
}

/** Bytes; absent where the operating system does not tell. */
export interface PeakMemory {
  readonly service: number | undefined;
  readonly twin: number | undefined;
}

/** All that one run of the bench found; what is written as JSON. */
export interface BenchReport {
  readonly machine: MachineFacts;
  readonly secondsEach: number;
  /** Whether limits were counted. */
  readonly hasLimits: boolean;
  readonly results: readonly Result[];
  readonly batches: readonly BatchResult[];
  readonly startUp: StartUp;
  readonly peakMemory: PeakMemory;
}

/** What the processor time of an audited encrypt request may be, in times of the twin's. */
const GOAL = 6;

const HEADS = ['ops/s', 'CPU µs', 'database µs', 'p50 ms', 'p95 ms', 'p99 ms'];
const LABEL_WIDTH = 8;
const COLUMN_WIDTH = 13;

function row(connections: string, label: string, cells: readonly string[]): string {
  const start = connections.padStart(6) + '  ' + label.padEnd(LABEL_WIDTH);
  return start + cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join('');
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '-' : value.toFixed(digits);
}

function times(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(2)} ×`;
}

function cells(figures: Figures): string[] {
  const { operationsPerSecond, processorMicros, databaseMicros, p50, p95, p99 } = figures;
  return [
    ...[operationsPerSecond, processorMicros, databaseMicros].map((value) => fixed(value, 0)),
    ...[p50, p95, p99].map((value) => fixed(value, 2)),
  ];
}

function ratioCells({ service, twin }: Result): string[] {
  const of = (figure: (figures: Figures) => number | undefined): string =>
    times(ratio(figure(service), figure(twin)));
  return [
    of(({ operationsPerSecond }) => operationsPerSecond),
    of(({ processorMicros }) => processorMicros),
    '',
    of(({ p50 }) => p50),
    of(({ p95 }) => p95),
    of(({ p99 }) => p99),
  ];
}

/** One table: an operation on data of one size over all numbers of connections. */
export function renderTable(
  operation: Operation,
  bytes: number,
  results: readonly Result[],
): string[] {
  const chosen = results.filter(
    (result) => result.operation === operation && result.bytes === bytes,
  );
  return [
    `${operation}, ${bytes.toString()} bytes`,
    row('conn.', '', HEADS),
    ...chosen.flatMap((result) => [
      row(result.connections.toString(), 'service', cells(result.service)),
      row('', 'twin', cells(result.twin)),
      row('', 'ratio', ratioCells(result)),
    ]),
  ];
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown' : `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
}

function verdict(results: readonly Result[]): string {
  const found = processorRatios(results, 'encrypt');
  if (found === undefined) return 'CPU time could not be read on this operating system.';
  const { least, median, greatest } = found;
  // The median: on a machine that does other things as well, single measurements say little.
  const kept = median <= GOAL ? 'kept' : 'missed';
  return (
    `CPU of an audited encrypt request: ${median.toFixed(1)} × the twin's in the median of all measurements ` +
    `(${least.toFixed(1)} to ${greatest.toFixed(1)}); the goal of at most ${GOAL.toString()} × is ${kept}.`
  );
}

/** What does not depend on a scenario, and the verdict on the one goal that there is. */
export function renderSummary({ results, startUp, peakMemory }: BenchReport): string[] {
  const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`;
  return [
    `Start-up: whole system ${seconds(startUp.firstStart)} in a fresh folder, ${seconds(startUp.laterStart)} in one that exists; ` +
      `twin ${startUp.twin.toFixed(0)} ms.`,
    `Peak memory: service ${mebibytes(peakMemory.service)}, twin ${mebibytes(peakMemory.twin)}.`,
    verdict(results),
  ];
}
