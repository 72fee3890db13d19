import { performance } from 'node:perf_hooks';
import { ConfigError, describeOptions, loadConfig, readCommand } from '@app/config';
import { KeyFileError } from '@app/kek';
import { AuthorityKeyMissingError } from '../certs/ensure-certificates.js';
import { FolderInUseError } from '../files/folder-lock.js';
import { EmbeddedPostgresError } from '../postgres/embedded-postgres-error.js';
import { printError, printLine } from '../terminal/print.js';
import { LAUNCHER_OPTIONS } from './config.js';
import { greeting } from './greeting.js';
import { LauncherError } from './launcher-error.js';
import { openSystem } from './system.js';
import type { SystemOptions } from './system-options.js';

/** Errors whose message is for the person at the terminal; of any other the whole is printed. */
const PLAIN_ERRORS = [
  AuthorityKeyMissingError,
  ConfigError,
  EmbeddedPostgresError,
  FolderInUseError,
  KeyFileError,
  LauncherError,
];

function readOptions(): SystemOptions {
  const { values } = loadConfig({ options: LAUNCHER_OPTIONS });
  const ports = {
    encryption: values.encryptionPort,
    operations: values.operationsPort,
    core: values.corePort,
    coreOperations: values.coreOperationsPort,
  };
  return {
    dataDirectory: values.data,
    ports,
    encryptionReplicas: values.encryptionReplicas,
    coreReplicas: values.coreReplicas,
    databases: {
      encryptionService: values.encryptionDatabase,
      corePlatform: values.coreDatabase,
    },
    onEvent: printLine,
  };
}

/** Aborts on the first signal that asks the process to end; later ones change nothing, since it is ending. */
function untilAskedToStop(): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked.signal.aborted) return;
      printLine('Stopping.');
      asked.abort(new LauncherError('interrupted', 'The start was broken off.'));
    });
  }
  return asked.signal;
}

async function main(): Promise<void> {
  if (readCommand().helpWanted) {
    printLine(`npm start -- [options]\n${describeOptions(LAUNCHER_OPTIONS)}`);
    return;
  }
  const signal = untilAskedToStop();
  const system = await openSystem({ ...readOptions(), signal });
  const seconds = (performance.now() / 1000).toFixed(1);
  for (const line of greeting(system, seconds)) printLine(line);
  if (!signal.aborted) {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true });
    });
  }
  await system.stop();
}

try {
  await main();
} catch (error) {
  const isPlain = PLAIN_ERRORS.some((type) => error instanceof type);
  if (!isPlain) throw error;
  printError((error as Error).message);
  process.exitCode = 1;
}
