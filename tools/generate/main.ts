import { join } from 'node:path';
import { ConfigError, describeOptions, loadConfig, option, readCommand } from '@app/config';
import { PROJECT_ROOT } from '../launcher/project-root.js';
import { printError, printLine } from '../terminal/print.js';
import { makeDocuments } from './documents.js';
import { differences, writeDocuments } from './folder.js';

const OPTIONS = {
  check: option.boolean({
    default: false,
    flagOnly: true,
    help: 'Writes nothing, and fails where a file is not as the code says.',
  }),
};

const FOLDER = join(PROJECT_ROOT, 'docs', 'generated');

const USAGE = `npm run generate -- [--check]

Writes docs/generated: the OpenAPI document and the settings of each app, as the built apps print them.
`;

async function check(): Promise<void> {
  const wrong = differences(FOLDER, await makeDocuments());
  for (const { file, kind } of wrong) printError(`docs/generated/${file}: ${kind}`);
  if (wrong.length === 0) return;
  printError('Run `npm run generate`, and commit what it writes.');
  process.exitCode = 1;
}

async function main(): Promise<void> {
  if (readCommand().helpWanted) {
    printLine(`${USAGE}\n${describeOptions(OPTIONS)}`);
    return;
  }
  const { values } = loadConfig({ options: OPTIONS });
  if (values.check) {
    await check();
    return;
  }
  writeDocuments(FOLDER, await makeDocuments());
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  printError(error.message);
  process.exitCode = 2;
}
