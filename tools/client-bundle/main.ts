import { writeFile } from 'node:fs/promises';
import { readCommand } from '@app/config';
import { PROJECT_ROOT } from '../launcher/project-root.js';
import { printError, printLine } from '../terminal/print.js';
import { bundleClientKeys } from './bundle-client-keys.js';

const USAGE = `usage: npm run client-bundle -- FILE

Writes libs/client-keys for browsers as one ES module to FILE: what docs/passwords-and-keys.md shows, for pages that have no bundler.`;

const UNUSABLE = 2;

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
  const text = await bundleClientKeys(PROJECT_ROOT);
  await writeFile(path, text);
  printLine(`${path}: ${String(Buffer.byteLength(text))} bytes`);
  return 0;
}

process.exitCode = await main();
