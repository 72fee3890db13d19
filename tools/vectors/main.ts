import { readCommand } from '@app/config';
import { printError, printLine } from '../terminal/print.js';
import { renderReport, total } from './report.js';
import { runVectors } from './run-vectors.js';
import { VectorFileError } from './vector-file-error.js';
import { readVectorFile } from './vector-file.js';

const USAGE = `usage: npm run vectors -- FILE

Runs a file of vectors of the form of test/vectors/keyward-v1.json through the project's own code and prints for each group how many
are right, wrong or not yet there. Exit 1 where one is wrong, 2 where the file cannot be used.`;

const WRONG = 1;
const UNUSABLE = 2;

async function run(path: string): Promise<number> {
  const groups = await runVectors(readVectorFile(path));
  for (const line of renderReport(groups)) printLine(line);
  return total(groups, 'wrong') === 0 ? 0 : WRONG;
}

async function main(): Promise<number> {
  const { words, rest, helpWanted } = readCommand();
  if (helpWanted) {
    printLine(USAGE);
    return 0;
  }
  const [path] = words;
  if (path === undefined || words.length > 1 || rest.length > 0) {
    printError(USAGE);
    return UNUSABLE;
  }
  try {
    return await run(path);
  } catch (error) {
    if (!(error instanceof VectorFileError)) throw error;
    printError(error.message);
    return UNUSABLE;
  }
}

process.exitCode = await main();
