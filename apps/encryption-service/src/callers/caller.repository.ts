import type { EntityManager } from 'typeorm';
import type { Database } from '@app/persistence';
import { type ClientEntity, clientFromJson } from '../clients/client.entity.js';
import { type TenantEntity, tenantFromJson } from '../tenants/tenant.entity.js';
import { type OperatorEntity, operatorFromJson } from './operator.entity.js';

type Json = Readonly<Record<string, unknown>>;

// The keys that it would find besides are remembered by themselves.
const CLIENT_FOR_KEY = {
  name: 'client_for_key',
  text: 'select client, tenant from client_for_key($1, null, null)',
};
const OPERATOR_FOR_KEY = {
  name: 'operator_for_key',
  text: 'select operator from operator_for_key($1)',
};

interface ClientRow {
  readonly client: Json;
  readonly tenant: Json;
}

export interface FoundClient {
  readonly client: ClientEntity;
  readonly tenant: TenantEntity;
}

function fromRow(row: ClientRow): FoundClient {
  return {
    client: clientFromJson(row.client),
    tenant: tenantFromJson(row.tenant),
  };
}

/** Looks up who an API key belongs to, before a tenant is known: one named function answers one row. */
export class CallerRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async findClient(apiKey: string): Promise<FoundClient | undefined> {
    const [row] = await this.#database.execute<ClientRow>(CLIENT_FOR_KEY, [apiKey]);
    return row && fromRow(row);
  }

  /** As {@link findClient}, inside a transaction: what holds a connection must not wait for a second one. */
  async findClientIn(manager: EntityManager, apiKey: string): Promise<FoundClient | undefined> {
    const [row] = await manager.query<ClientRow[]>(CLIENT_FOR_KEY.text, [apiKey]);
    return row && fromRow(row);
  }

  async findOperator(apiKey: string): Promise<OperatorEntity | undefined> {
    const [row] = await this.#database.execute<{ operator: Json }>(OPERATOR_FOR_KEY, [apiKey]);
    return row && operatorFromJson(row.operator);
  }
}
