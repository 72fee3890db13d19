import type { Database } from '@app/persistence';
import { type EncryptionEntity, encryptionFromJson } from './encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  keyVersionFromJson,
} from './encryption-key-version.entity.js';

type Json = Readonly<Record<string, unknown>>;

interface KeysRow {
  readonly encryption: Json;
  readonly version: Json | null;
}

/** Which keys a call names: an encryption, and a version or the active one. */
export interface KeyNames {
  readonly encryptionId: string;
  readonly versionId: string | undefined;
}

/** A keyset as it was read for one use of one version. */
export interface KeysForUse {
  readonly encryption: EncryptionEntity;
  /** The version that was named, or the active one; absent where there is none. */
  readonly version: EncryptionKeyVersionEntity | undefined;
}

const KEYS_FOR_USE = {
  name: 'keys_for_use',
  text: 'select encryption, version from keys_for_use($1, $2, $3)',
};

/** A keyset as it was read for uses of several versions. */
export interface KeysForUses {
  readonly encryption: EncryptionEntity;
  /** The versions that were named, where they are of this encryption, and the active one. */
  readonly versions: readonly EncryptionKeyVersionEntity[];
}

const KEYS_FOR_USES = {
  name: 'keys_for_uses',
  text: 'select encryption, versions from keys_for_uses($1, $2, $3)',
};

/** Reads a keyset for the data plane, in one round trip. */
export class KeysetRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws AppError `database_unavailable`. */
  async findForUse(
    tenantId: string,
    encryptionId: string,
    versionId: string | undefined,
  ): Promise<KeysForUse | undefined> {
    const values = [tenantId, encryptionId, versionId ?? null];
    const [row] = await this.#database.execute<KeysRow>(KEYS_FOR_USE, values);
    if (row === undefined) return undefined;
    return {
      encryption: encryptionFromJson(row.encryption),
      version: row.version === null ? undefined : keyVersionFromJson(row.version),
    };
  }

  /** @throws AppError `database_unavailable`. */
  async findForUses(
    tenantId: string,
    encryptionId: string,
    versionIds: readonly string[],
  ): Promise<KeysForUses | undefined> {
    const values = [tenantId, encryptionId, versionIds];
    const [row] = await this.#database.execute<{ encryption: Json; versions: Json[] }>(
      KEYS_FOR_USES,
      values,
    );
    if (row === undefined) return undefined;
    return {
      encryption: encryptionFromJson(row.encryption),
      versions: row.versions.map(keyVersionFromJson),
    };
  }
}
