import { join } from 'node:path';
import { childEnvironment, isAnySet } from '@app/config';
import type { DevelopmentCertificates } from '../certs/ensure-certificates.js';
import { writeAtomically } from '../files/write-atomically.js';
import type { Databases } from './databases.js';
import type { DataFolder } from './data-folder.js';
import type { KeyFiles } from './key-files.js';

type Variables = Readonly<Record<string, string>>;

/** What every process of the system is configured from. */
export interface Surroundings {
  readonly folder: DataFolder;
  readonly keyFiles: KeyFiles;
  readonly certificates: DevelopmentCertificates['files'];
  readonly databases: Databases;
  /** Further variables; they win. */
  readonly extra: { readonly encryptionService?: Variables; readonly corePlatform?: Variables };
}

export interface ReplicaPorts {
  readonly port: number;
  readonly operationsPort: number;
}

/** What no app inherits: the launcher has read it, or it is npm's own. */
const DROPPED = ['DATABASE_URL', 'DATABASE_URL_FILE', 'KEYWARD_CONNECTION', 'npm_', 'INIT_CWD'];

/** Everybody who tries it out calls from one address. */
const SHARED_ADDRESS: Variables = {
  CP_LIMITS_REGISTER_PER_HOUR: '1000',
  CP_LIMITS_REGISTER_BURST: '1000',
  CP_LIMITS_LOGIN_PER_MINUTE: '1000',
  CP_LIMITS_LOGIN_BURST: '1000',
};

const MASTER_KEY_VARIABLES = ['ES_KEK_LOCAL_KEY', 'ES_KEK_LOCAL_KEY_FILE', 'ES_KEK_LOCAL_FILE'];

export function urlOf(port: number): string {
  return `https://localhost:${port.toString()}`;
}

export function operationsUrlOf(port: number): string {
  return `http://127.0.0.1:${port.toString()}`;
}

/** Whether the person gives the master key by a variable of their own; the file of the data folder is not used then. */
export function hasOwnMasterKey(): boolean {
  return isAnySet(MASTER_KEY_VARIABLES);
}

function common(
  prefix: string,
  from: Surroundings,
  ports: ReplicaPorts,
  databaseUrl: string,
): Variables {
  // A file and not a variable: other processes of the same user can read the variables of this one.
  const file = join(from.folder.keys, `${prefix.toLowerCase()}-database.url`);
  writeAtomically(file, databaseUrl, 0o600);
  return {
    [`${prefix}_LISTEN_HOST`]: '127.0.0.1',
    [`${prefix}_LISTEN_PORT`]: ports.port.toString(),
    [`${prefix}_TLS_CERTIFICATE`]: from.certificates.server.certificate,
    [`${prefix}_TLS_KEY`]: from.certificates.server.key,
    [`${prefix}_OPERATIONS_HOST`]: '127.0.0.1',
    [`${prefix}_OPERATIONS_PORT`]: ports.operationsPort.toString(),
    [`${prefix}_DATABASE_URL_FILE`]: file,
  };
}

export function encryptionServiceEnvironment(from: Surroundings, ports: ReplicaPorts): Variables {
  const { certificates, keyFiles, databases } = from;
  const masterKey: Variables = hasOwnMasterKey() ? {} : { ES_KEK_LOCAL_FILE: keyFiles.masterKey };
  return childEnvironment({
    without: [...DROPPED, 'CP_', 'ES_DATABASE_URL'],
    set: {
      ...common('ES', from, ports, databases.encryptionService),
      ES_TLS_CLIENT_CA: certificates.ca.certificate,
      ES_SERVICE_SECRET_FILE: keyFiles.serviceSecret,
      // Whoever tries it out need not wait a week to see a key erased.
      ...(isAnySet(['ES_DESTRUCTION_LEAST_DAYS']) ? {} : { ES_DESTRUCTION_LEAST_DAYS: '0' }),
      ...masterKey,
      ...from.extra.encryptionService,
    },
  });
}

/** What the core has to know of the encryption service and of itself besides its surroundings. */
export interface CorePeer {
  readonly serviceUrl: string;
  readonly operatorFile: string;
  /** The same for every replica: the first one's URL. */
  readonly issuer: string;
}

export function corePlatformEnvironment(
  from: Surroundings,
  ports: ReplicaPorts,
  peer: CorePeer,
): Variables {
  const { certificates, keyFiles, databases } = from;
  return childEnvironment({
    without: [...DROPPED, 'ES_', 'CP_DATABASE_URL'],
    set: {
      ...common('CP', from, ports, databases.corePlatform),
      ...(isAnySet(Object.keys(SHARED_ADDRESS)) ? {} : SHARED_ADDRESS),
      CP_SECRET_FILE: keyFiles.coreSecret,
      CP_SERVICE_URL: peer.serviceUrl,
      CP_SERVICE_CA: certificates.ca.certificate,
      CP_SERVICE_CERTIFICATE: certificates.core.certificate,
      CP_SERVICE_KEY: certificates.core.key,
      CP_SERVICE_OPERATOR_FILE: peer.operatorFile,
      CP_ISSUER: peer.issuer,
      ...from.extra.corePlatform,
    },
  });
}
