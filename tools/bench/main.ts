import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@app/ambient';
import { describeOptions, loadConfig, readCommand } from '@app/config';
import { writeAtomically } from '../files/write-atomically.js';
import { printLine } from '../terminal/print.js';
import { runTrial } from '../trial/run-trial.js';
import { withTemporaryFolder } from '../trial/temporary-folder.js';
import { describeMachine, machineFacts } from './machine.js';
import { describeLimits } from './limits.js';
import { BENCH_OPTIONS, parseConnections } from './options.js';
import { Pinning } from './pinning.js';
import { type BenchReport, renderSummary } from './report.js';
import { runBench } from './run-bench.js';

async function main(signal: AbortSignal): Promise<void> {
  if (readCommand().helpWanted) {
    printLine(`npm run bench -- [options]\n${describeOptions(BENCH_OPTIONS)}`);
    return;
  }
  const { values } = loadConfig({ options: BENCH_OPTIONS });
  const { seconds, limits: hasLimits } = values;
  const connections = parseConnections(values.connections) ?? [];
  const chosen = Pinning.choose();
  const pinning = typeof chosen === 'string' ? undefined : chosen;
  const machine = machineFacts(new SystemClock(), pinning?.cores ?? (chosen as string));
  for (const line of describeMachine(machine)) printLine(line);
  printLine('Encryption service over mutual TLS 1.3, every request audited, beside a bare twin.');
  printLine(describeLimits(hasLimits));
  const findings = await withTemporaryFolder('keyward-bench', (folder) =>
    runBench({ folder, seconds, connections, pinning, hasLimits, signal }),
  );
  const report: BenchReport = { machine, secondsEach: seconds, hasLimits, ...findings };
  for (const line of ['', ...renderSummary(report)]) printLine(line);
  const name = `keyward-bench-${machine.date.replaceAll(/[:.]/g, '-')}.json`;
  const out = values.out ?? join(tmpdir(), name);
  writeAtomically(out, `${JSON.stringify(report, undefined, 2)}\n`, 0o644);
  printLine(`Figures as JSON: ${out}`);
}

await runTrial(main);
