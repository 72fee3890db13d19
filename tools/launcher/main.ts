import { performance } from 'node:perf_hooks';
import { describeOptions, loadConfig, readCommand } from '@app/config';
import { printLine } from '../terminal/print.js';
import { LAUNCHER_OPTIONS } from './config.js';
import { greeting } from './greeting.js';
import { LauncherError } from './launcher-error.js';
import { runTool } from './run-tool.js';
import { openSystem } from './system.js';
import type { SystemOptions } from './system-options.js';

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

async function main(signal: AbortSignal): Promise<void> {
  if (readCommand().helpWanted) {
    printLine(`npm start -- [options]\n${describeOptions(LAUNCHER_OPTIONS)}`);
    return;
  }
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

await runTool(
  {
    stopping: 'Stopping.',
    interrupted: new LauncherError('interrupted', 'The start was broken off.'),
  },
  main,
);
