import { randomBytes } from 'node:crypto';
import type { Identifiers } from '@app/ambient';
import type { DataFolder } from './data-folder.js';

const FILE = 'credentials.json';

/** The key and secret of one API client. */
export interface ApiCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface FirstTenant {
  /** Chosen before the tenant is made, so that a start that is broken off is resumed by the next. */
  readonly tenantId: string;
  readonly encryptionId: string;
  /** Absent until the tenant is made. */
  readonly clients?: { readonly app: ApiCredentials; readonly admin: ApiCredentials };
  readonly hasEncryption: boolean;
}

/** What must outlive a restart besides the key files; `credentials.json`, mode 0600. */
export interface Credentials {
  readonly version: 1;
  /** Passwords of the owners of the embedded databases. */
  readonly databasePasswords: { readonly encryptionService: string; readonly corePlatform: string };
  readonly tenant: FirstTenant;
}

function generatePassword(): string {
  return randomBytes(24).toString('base64url');
}

/** Reads the credentials of the folder, or makes those that a first start needs. */
export function readCredentials(folder: DataFolder, identifiers: Identifiers): Credentials {
  const stored = folder.readJson(FILE);
  if (stored !== undefined) return stored as Credentials;
  const made: Credentials = {
    version: 1,
    databasePasswords: { encryptionService: generatePassword(), corePlatform: generatePassword() },
    tenant: {
      tenantId: identifiers.newUuid(),
      encryptionId: identifiers.newUuid(),
      hasEncryption: false,
    },
  };
  writeCredentials(folder, made);
  return made;
}

export function writeCredentials(folder: DataFolder, credentials: Credentials): void {
  folder.writeJson(FILE, credentials);
}
