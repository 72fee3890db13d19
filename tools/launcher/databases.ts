import type { SecretString } from '@app/secret';
import { EmbeddedPostgres } from '../postgres/embedded-postgres.js';
import { type OwnedDatabase, provisionDatabases } from '../postgres/provision-databases.js';
import type { Credentials } from './credentials.js';
import type { DataFolder } from './data-folder.js';

/** Databases that the person named; the embedded server stands in for those that are absent. */
export interface GivenDatabases {
  readonly encryptionService?: SecretString | undefined;
  readonly corePlatform?: SecretString | undefined;
}

/** The owners' URLs, which hold passwords, and the server that has to be stopped, if it is ours. */
export interface Databases {
  readonly encryptionService: string;
  readonly corePlatform: string;
  readonly server: EmbeddedPostgres | undefined;
}

const ENCRYPTION_SERVICE = { database: 'keyward_es', owner: 'keyward_es_owner' };
const CORE_PLATFORM = { database: 'keyward_cp', owner: 'keyward_cp_owner' };

function ownerUrl({ database, owner, password }: OwnedDatabase, port: number): string {
  return `postgres://${owner}:${password}@127.0.0.1:${port.toString()}/${database}`;
}

/** Opens the databases of both apps: those that were given, or an embedded server with one for each. */
export async function openDatabases(
  folder: DataFolder,
  { databasePasswords }: Credentials,
  given: GivenDatabases,
  onEvent: (text: string) => void,
): Promise<Databases> {
  if (given.encryptionService && given.corePlatform) {
    return {
      encryptionService: given.encryptionService.expose(),
      corePlatform: given.corePlatform.expose(),
      server: undefined,
    };
  }
  const server = await EmbeddedPostgres.start({
    dataDirectory: folder.database,
    logFile: folder.log('database'),
    onEvent,
  });
  try {
    const service = { ...ENCRYPTION_SERVICE, password: databasePasswords.encryptionService };
    const core = { ...CORE_PLATFORM, password: databasePasswords.corePlatform };
    await provisionDatabases(server.superuserUrl, [service, core]);
    return {
      encryptionService: given.encryptionService?.expose() ?? ownerUrl(service, server.port),
      corePlatform: given.corePlatform?.expose() ?? ownerUrl(core, server.port),
      server,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
