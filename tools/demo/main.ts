import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeOptions, loadConfig, option, readCommand } from '@app/config';
import { PROJECT_ROOT } from '../launcher/project-root.js';
import { printLine } from '../terminal/print.js';
import { runTrial, TrialError } from '../trial/run-trial.js';
import { withTemporaryFolder } from '../trial/temporary-folder.js';
import { type FolderContent, readFolder } from './read-folder.js';
import { printable } from './record.js';
import { runDemo } from './run-demo.js';
import { countOf, Story } from './story.js';

const OPTIONS = {
  data: option.path({
    optional: true,
    help: 'An empty folder to keep the system in; by default a temporary one, which is removed at the end.',
  }),
};

const USAGE = `npm run demo -- [--data DIR] [FOLDER]

Stores every file of FOLDER (examples/records by default) in a system of its own, and shows what becomes of it.
`;

/** @throws TrialError `folder_not_empty`. */
function assertEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  if (statSync(folder).isDirectory() && readdirSync(folder).length === 0) return;
  throw new TrialError('folder_not_empty', `${folder} is not an empty folder. Choose another.`);
}

function introduce(folder: string, { records, skipped }: FolderContent): void {
  const bytes = records.reduce((sum, { content }) => sum + content.length, 0);
  printLine(`${folder}: ${countOf(records.length, 'file')}, ${countOf(bytes, 'byte')}`);
  if (skipped.length > 0) {
    printLine(
      `${skipped.length.toLocaleString('en')} of its entries cannot be stored; see the end.`,
    );
  }
  printLine();
}

function conclude(story: Story, { skipped }: FolderContent, kept: string | undefined): void {
  printLine(`Everything came back as it was. ${story.elapsed} in all.`);
  if (kept !== undefined) {
    printLine(`The system is kept in ${kept}; demo-person.json there says how to log in.`);
    printLine(`To start it again: npm start -- --data ${kept}`);
  }
  if (skipped.length === 0) return;
  printLine('These were not stored:');
  for (const { name, reason } of skipped) printLine(`   ${printable(name)}: ${reason}`);
}

async function main(signal: AbortSignal): Promise<void> {
  if (readCommand().helpWanted) {
    printLine(`${USAGE}${describeOptions(OPTIONS)}`);
    return;
  }
  const { values, operands } = loadConfig({ options: OPTIONS, operands: 1 });
  const { data } = values;
  const source = resolve(operands[0] ?? join(PROJECT_ROOT, 'examples', 'records'));
  if (data !== undefined) assertEmpty(data);
  const content = readFolder(source);
  introduce(source, content);
  const story = new Story();
  const run = (folder: string): Promise<void> =>
    runDemo({ records: content.records, folder, story, signal });
  await (data === undefined ? withTemporaryFolder('keyward-demo', run) : run(data));
  conclude(story, content, data);
}

await runTrial(main);
