import { existsSync, readFileSync } from 'node:fs';
import { runCommand } from './app-command.js';
import type { ApiCredentials } from './credentials.js';

export interface OperatorRequest {
  /** Of the encryption service. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly name: string;
  /** The certificate that the operator is bound to. */
  readonly certificate: string;
  /** Gets the credentials, mode 0600. */
  readonly file: string;
}

/** Makes an operator of the encryption service by its own command, unless the file is there. */
export async function ensureOperator(request: OperatorRequest): Promise<void> {
  const { entry, environment, name, certificate, file } = request;
  if (existsSync(file)) return;
  const flags = ['--certificate', certificate, '--out', file, '--name', name];
  await runCommand(entry, ['operator', 'create', ...flags], environment);
}

export function readOperator(file: string): ApiCredentials {
  const { apiKey, apiSecret } = JSON.parse(readFileSync(file, 'utf8')) as ApiCredentials;
  return { apiKey, apiSecret };
}
