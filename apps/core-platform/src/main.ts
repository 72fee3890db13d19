import 'reflect-metadata';
import { ConfigError, readCommand } from '@app/config';
import { AppError } from '@app/errors';
import { errorFields } from '@app/server';
import { runCommand } from './commands/run-command.js';

function wordsOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof AppError) return `${error.detail} ${JSON.stringify(errorFields(error))}`;
  return JSON.stringify(errorFields(error));
}

try {
  await runCommand(readCommand());
} catch (error) {
  // Part of it may be running already, and would go on.
  process.stderr.write(`core-platform: ${wordsOf(error)}\n`, () => process.exit(1));
}
