import { performance } from 'node:perf_hooks';
import { openSystem, type RunningSystem } from '../launcher/system.js';
import { printLine } from '../terminal/print.js';
import { ANY_PORT } from '../trial/any-port.js';
import { BatchMeasurement, type BatchResult } from './batches.js';
import { type Contestant, serviceContestant, twinContestant } from './contestant.js';
import type { Operation, Result, Scenario } from './figures.js';
import { LIMITS_OFF, LIMITS_WIDE } from './limits.js';
import { type MeasureContext, Measurement } from './measure.js';
import { Pinning } from './pinning.js';
import { childrenOf, ProcessFigures } from './process-figures.js';
import { type PeakMemory, renderTable, type StartUp } from './report.js';
import { TwinProcess } from './twin-process.js';

export interface BenchRequest {
  readonly folder: string;
  readonly seconds: number;
  readonly connections: readonly number[];
  readonly pinning: Pinning | undefined;
  /** Whether limits are counted, which nobody meets. */
  readonly hasLimits: boolean;
  readonly signal: AbortSignal;
}

export interface BenchFindings {
  readonly results: readonly Result[];
  readonly batches: readonly BatchResult[];
  readonly startUp: StartUp;
  readonly peakMemory: PeakMemory;
}

const OPERATIONS: readonly Operation[] = ['encrypt', 'decrypt'];
const SIZES = [64, 1024];

async function open(request: BenchRequest): Promise<{ system: RunningSystem; millis: number }> {
  const began = performance.now();
  const system = await openSystem({
    dataDirectory: request.folder,
    ports: ANY_PORT,
    // A line of log for each request is the operator's choice; what is measured is the service.
    environment: {
      encryptionService: {
        ES_LOG_LEVEL: 'warn',
        ...(request.hasLimits ? LIMITS_WIDE : LIMITS_OFF),
      },
    },
    signal: request.signal,
    onEvent: printLine,
  });
  return { system, millis: performance.now() - began };
}

function pin(pinning: Pinning | undefined, service: Contestant, twin: Contestant): void {
  if (pinning === undefined) return;
  pinning.pin([process.pid], 'load');
  pinning.pin([service.pid, twin.pid], 'server');
  if (service.databasePid === undefined) return;
  pinning.pin([service.databasePid, ...childrenOf(service.databasePid)], 'database');
}

/** Measures both servers by turns, so that what else the machine does meets both alike, and prints each table when it is full. */
async function measureAll(
  connections: readonly number[],
  service: Measurement,
  twin: Measurement,
): Promise<Result[]> {
  const results: Result[] = [];
  const measure = async (scenario: Scenario): Promise<Result> => ({
    ...scenario,
    service: await service.measure(scenario),
    twin: await twin.measure(scenario),
  });
  for (const operation of OPERATIONS) {
    for (const each of [service, twin]) await each.warmUp(operation);
    for (const bytes of SIZES) {
      for (const count of connections) {
        results.push(await measure({ operation, bytes, connections: count }));
      }
      for (const line of ['', ...renderTable(operation, bytes, results)]) printLine(line);
    }
  }
  return results;
}

async function compare(
  request: BenchRequest,
  system: RunningSystem,
  twinProcess: TwinProcess,
): Promise<Omit<BenchFindings, 'startUp'>> {
  const service = serviceContestant(system);
  const twin = twinContestant(twinProcess, system);
  pin(request.pinning, service, twin);
  const processes = ProcessFigures.open();
  const context: MeasureContext = {
    encryptionId: system.tenant.encryptionId,
    seconds: request.seconds,
    processes,
    signal: request.signal,
  };
  const results = await measureAll(
    request.connections,
    new Measurement(service, context),
    new Measurement(twin, context),
  );
  const batches = await new BatchMeasurement(service, context).run();
  const peakMemory = {
    service: processes?.peakMemory(service.pid),
    twin: processes?.peakMemory(twin.pid),
  };
  return { results, batches, peakMemory };
}

/** Starts a system and the twin, measures the encryption service beside the twin, and stops both. */
export async function runBench(request: BenchRequest): Promise<BenchFindings> {
  const first = await open(request);
  await first.system.stop();
  const { system, millis } = await open(request);
  try {
    const twin = await TwinProcess.start(system.certificates);
    try {
      const startUp = { firstStart: first.millis, laterStart: millis, twin: twin.startMillis };
      return { ...(await compare(request, system, twin)), startUp };
    } finally {
      await twin.stop();
    }
  } finally {
    await system.stop();
  }
}
