import { type Identifiers, SystemClock } from '@app/ambient';
import { type DevelopmentCertificates, ensureCertificates } from '../certs/ensure-certificates.js';
import { type Credentials, readCredentials } from './credentials.js';
import { type Databases, openDatabases } from './databases.js';
import { ensureKeyFiles, type KeyFiles } from './key-files.js';
import { choosePorts, type Ports } from './ports.js';
import type { StartDeadline } from './start-deadline.js';
import type { SystemOptions } from './system-options.js';
import type { SystemParts } from './system-parts.js';

/** What has to be there before the first app starts. */
export interface Prepared {
  readonly credentials: Credentials;
  readonly keyFiles: KeyFiles;
  readonly certificates: DevelopmentCertificates['files'];
  readonly databases: Databases;
  readonly ports: Ports;
}

/** Makes keys, credentials and certificates where they are missing, opens the databases and chooses the ports. */
export async function prepare(
  options: SystemOptions,
  parts: SystemParts,
  deadline: StartDeadline,
  identifiers: Identifiers,
): Promise<Prepared> {
  const { folder } = parts;
  // In this order: that there are credentials says that the keys were there.
  const keyFiles = await ensureKeyFiles(folder);
  const credentials = readCredentials(folder, identifiers);
  const openAll = async (): Promise<Databases> => {
    const onEvent = options.onEvent ?? (() => undefined);
    const opened = await openDatabases(folder, credentials, options.databases ?? {}, onEvent);
    // At once, and not when the other steps are done too: whatever runs must be known to whoever stops it.
    parts.databases = opened;
    return opened;
  };
  const replicas = {
    encryption: options.encryptionReplicas ?? 1,
    core: options.coreReplicas ?? 1,
  };
  const [certificates, ports, databases] = await deadline.together([
    ensureCertificates({ folder: folder.certificates, clock: new SystemClock() }),
    choosePorts(folder, options.ports ?? {}, replicas),
    openAll(),
  ]);
  return { credentials, keyFiles, certificates: certificates.files, databases, ports };
}
