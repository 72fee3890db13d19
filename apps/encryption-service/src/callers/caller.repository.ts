import type { EntityManager } from 'typeorm';
import type { Database } from '@app/persistence';
import { type ClientEntity, clientFromJson } from '../clients/client.entity.js';
import { type KeysForUse, keysFromRow, type KeysRow } from '../keysets/rows/keyset.repository.js';
import type { KeyNames } from '../keysets/use/last-keys.js';
import { type TenantEntity, tenantFromJson } from '../tenants/tenant.entity.js';
import { type OperatorEntity, operatorFromJson } from './operator.entity.js';

type Json = Readonly<Record<string, unknown>>;

const CLIENT_FOR_KEY = {
  name: 'client_for_key',
  text: 'select client, tenant, encryption, version from client_for_key($1, $2, $3)',
};
const OPERATOR_FOR_KEY = {
  name: 'operator_for_key',
  text: 'select operator from operator_for_key($1)',
};

interface ClientRow extends KeysRow {
  readonly client: Json;
  readonly tenant: Json;
}

export interface FoundClient {
  readonly client: ClientEntity;
  readonly tenant: TenantEntity;
  /** The keys that were guessed, where they are of the client's tenant. */
  readonly keys: KeysForUse | undefined;
}

function fromRow(row: ClientRow): FoundClient {
  return {
    client: clientFromJson(row.client),
    tenant: tenantFromJson(row.tenant),
    keys: keysFromRow(row),
  };
}

/** Looks up who an API key belongs to, before a tenant is known: one named function answers one row. */
export class CallerRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param guess - the keys that the client will probably use, read in the same round trip. */
  async findClient(apiKey: string, guess?: KeyNames): Promise<FoundClient | undefined> {
    const values = [apiKey, guess?.encryptionId ?? null, guess?.versionId ?? null];
    const [row] = await this.#database.execute<ClientRow>(CLIENT_FOR_KEY, values);
    return row && fromRow(row);
  }

  /** As {@link findClient}, inside a transaction: what holds a connection must not wait for a second one. */
  async findClientIn(manager: EntityManager, apiKey: string): Promise<FoundClient | undefined> {
    const [row] = await manager.query<ClientRow[]>(CLIENT_FOR_KEY.text, [apiKey, null, null]);
    return row && fromRow(row);
  }

  async findOperator(apiKey: string): Promise<OperatorEntity | undefined> {
    const [row] = await this.#database.execute<{ operator: Json }>(OPERATOR_FOR_KEY, [apiKey]);
    return row && operatorFromJson(row.operator);
  }
}
