import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { entryOf } from '../launcher/project-root.js';

type App = Parameters<typeof entryOf>[0];

const APPS: readonly App[] = ['encryption-service', 'core-platform'];

/** What each app can say of itself: the end of the file's name, and the command that prints it. */
const DOCUMENTS = [
  { suffix: 'openapi.json', command: ['openapi'] },
  { suffix: 'config.md', command: ['config', 'reference'] },
] as const;

const LIMIT_BYTES = 16 * 1024 * 1024;

const run = promisify(execFile);

async function printedBy(app: App, command: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [entryOf(app), ...command], {
    maxBuffer: LIMIT_BYTES,
  });
  return stdout;
}

/** Has the apps print their documents. The keys are names of files. */
export async function makeDocuments(): Promise<ReadonlyMap<string, string>> {
  const made = APPS.flatMap((app) =>
    DOCUMENTS.map(
      async ({ suffix, command }) => [`${app}.${suffix}`, await printedBy(app, command)] as const,
    ),
  );
  return new Map(await Promise.all(made));
}
