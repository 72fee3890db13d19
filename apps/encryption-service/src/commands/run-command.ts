import { type Command, ConfigError, describeOptions, type OptionTree } from '@app/config';
import { OPTIONS } from '../config.js';
import { createOperator, OPERATOR_OPTIONS } from './create-operator.js';
import { distrustCounts } from './distrust-counts.js';
import { migrateDatabase } from './migrate-database.js';
import { listOuterKeys, relockRecords, rotateOuterKey } from './outer-key.js';
import { printConfig, printConfigReference, printOpenApi } from './print.js';
import { rewrap, REWRAP_OPTIONS } from './rewrap.js';
import { serve } from './serve.js';

const HELP = `Usage: encryption-service [COMMAND] [FLAGS]

  serve             answers requests until it is told to stop (the default)
  migrate           brings the database to the newest schema and ends
  operator create   makes an operator: --certificate FILE --out FILE [--name TEXT]
  rewrap            puts all encryptions of one master key under another, while services run; may be run again after a kill:
                    --from NAME --to NAME [--tenant ID] [--dry-run]
  counts distrust   after the database was restored from a dump, while no service runs: every encryption
                    rotates before its first message, since fewer may have been counted than were encrypted
  outer-key list    lists the outer keys, the second lock of client mode, and how many records name each
  outer-key rotate  makes a new outer key and locks all records of client mode under it, while services run
  outer-key relock  goes on with that after a kill
  openapi           prints the OpenAPI document of the data port
  config print      prints all settings as they stand, without secrets
  config reference  prints all settings as a document in Markdown

Settings (flag, variable):
`;

const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  serve,
  migrate: migrateDatabase,
  'operator create': createOperator,
  rewrap,
  'counts distrust': distrustCounts,
  'outer-key list': listOuterKeys,
  'outer-key rotate': rotateOuterKey,
  'outer-key relock': relockRecords,
  openapi: printOpenApi,
  'config print': printConfig,
  'config reference': printConfigReference,
};

/** Flags of single commands, beside the settings. */
const OWN_OPTIONS: Readonly<Record<string, OptionTree>> = {
  'operator create': OPERATOR_OPTIONS,
  rewrap: REWRAP_OPTIONS,
};

/** Runs the command that the words name; without words, `serve`. @throws ConfigError for another command. */
export async function runCommand({ words, rest, helpWanted }: Command): Promise<void> {
  const name = words.length === 0 ? 'serve' : words.join(' ');
  if (helpWanted) {
    const options = { ...OPTIONS, ...OWN_OPTIONS[name] };
    process.stdout.write(`${HELP}${describeOptions(options, 'ES')}\n`);
    return;
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    const rule = `is one of: ${Object.keys(COMMANDS).join(', ')}`;
    throw new ConfigError([{ code: 'unknown', name: 'the command', rule }]);
  }
  await command(rest);
}
