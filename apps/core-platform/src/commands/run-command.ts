import { type Command, ConfigError, describeOptions } from '@app/config';
import { OPTIONS } from '../config.js';
import { migrateDatabase } from './migrate-database.js';
import { printConfig, printConfigReference, printOpenApi } from './print.js';
import { serve } from './serve.js';

const HELP = `Usage: core-platform [COMMAND] [FLAGS]

  serve             answers requests until it is told to stop (the default)
  migrate           brings the database to the newest schema and ends
  openapi           prints the OpenAPI document of the public port
  config print      prints all settings as they stand, without secrets
  config reference  prints all settings as a document in Markdown

Settings (flag, variable):
`;

const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  serve,
  migrate: migrateDatabase,
  openapi: printOpenApi,
  'config print': printConfig,
  'config reference': printConfigReference,
};

/** Runs the command that the words name; without words, `serve`. @throws ConfigError for another command. */
export async function runCommand({ words, rest, helpWanted }: Command): Promise<void> {
  if (helpWanted) {
    process.stdout.write(`${HELP}${describeOptions(OPTIONS, 'CP')}\n`);
    return;
  }
  const name = words.length === 0 ? 'serve' : words.join(' ');
  const command = COMMANDS[name];
  if (command === undefined) {
    const rule = `is one of: ${Object.keys(COMMANDS).join(', ')}`;
    throw new ConfigError([{ code: 'unknown', name: 'the command', rule }]);
  }
  await command(rest);
}
