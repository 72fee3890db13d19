import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningSystem } from '../launcher/system.js';
import { readPostmaster } from '../postgres/postmaster-file.js';
import type { ContestantName } from './figures.js';
import type { Target } from './load.js';
import type { TwinProcess } from './twin-process.js';

/** A server that is measured. */
export interface Contestant {
  readonly name: ContestantName;
  readonly target: Target;
  readonly pid: number;
  /** PostgreSQL's first process, for a server with a database. */
  readonly databasePid?: number;
}

function tlsOf({ certificates }: RunningSystem): Target['tls'] {
  return {
    ca: readFileSync(certificates.ca.certificate),
    cert: readFileSync(certificates.client.certificate),
    key: readFileSync(certificates.client.key),
  };
}

function headersOf({ tenant }: RunningSystem): Target['headers'] {
  const { apiKey, apiSecret } = tenant.clients.app;
  return { 'content-type': 'application/json', 'x-api-key': apiKey, 'x-api-secret': apiSecret };
}

/** The encryption service, called by the `app` client of the first tenant. */
export function serviceContestant(system: RunningSystem): Contestant {
  const { url, replicas } = system.connection.encryptionService;
  const postmaster = readPostmaster(join(system.folder.database, 'cluster'));
  return {
    name: 'service',
    target: { url, tls: tlsOf(system), headers: headersOf(system) },
    pid: replicas[0]?.pid ?? 0,
    ...(postmaster === undefined ? {} : { databasePid: postmaster.pid }),
  };
}

/** The twin gets the same bytes, the API key and secret included, which it does not look at. */
export function twinContestant(twin: TwinProcess, system: RunningSystem): Contestant {
  return {
    name: 'twin',
    target: { url: twin.url, tls: tlsOf(system), headers: headersOf(system) },
    pid: twin.pid,
  };
}
