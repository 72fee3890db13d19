import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '@app/errors';
import { Database } from '@app/persistence';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import {
  type Connection,
  ConnectionRepository,
  type ConnectionState,
  type Lease,
  type SealedCredentials,
} from './connection.repository.js';
import { ServiceConnectionEntity } from './service-connection.entity.js';

// The database's clock, since replicas' clocks differ.
const FREE = "state <> 'ready' and (leased_until is null or leased_until < now())";

@Injectable()
export class TypeormConnectionRepository extends ConnectionRepository {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override async findCurrent(tenantId: string): Promise<Connection | undefined> {
    return this.#find(tenantId, { tenantId, isCurrent: true });
  }

  override async find(tenantId: string, connectionId: string): Promise<Connection | undefined> {
    return this.#find(tenantId, { tenantId, id: connectionId });
  }

  override async lease(
    tenantId: string,
    leaseId: string,
    seconds: number,
  ): Promise<Connection | undefined> {
    return this.#database.transaction({ tenantId }, async (manager) => {
      const taken = await manager
        .createQueryBuilder()
        .update(ServiceConnectionEntity)
        .set({ leaseId, leasedUntil: () => `now() + make_interval(secs => :seconds)` })
        .where(`tenant_id = :tenantId and is_current and ${FREE}`, { tenantId, seconds })
        .execute();
      if (taken.affected !== 1) return undefined;
      const row = await manager.findOneBy(ServiceConnectionEntity, { tenantId, leaseId });
      return row === null ? undefined : toConnection(row);
    });
  }

  override async storeCredentials(lease: Lease, credentials: SealedCredentials): Promise<void> {
    const change = { ...credentials, state: 'credentialed' };
    await this.#database.transaction({ tenantId: lease.tenantId }, (manager) =>
      update(manager, lease, change),
    );
  }

  override async markReady(lease: Lease, act: Act): Promise<void> {
    const change = { state: 'ready', leaseId: null, leasedUntil: null };
    await this.#database.transaction({ tenantId: lease.tenantId }, async (manager) => {
      await update(manager, lease, change);
      await recordAct(manager, act);
    });
  }

  override async release({ tenantId, connectionId, leaseId }: Lease): Promise<void> {
    await this.#database.transaction({ tenantId }, (manager) =>
      manager.update(
        ServiceConnectionEntity,
        { tenantId, id: connectionId, leaseId },
        { leaseId: null, leasedUntil: null },
      ),
    );
  }

  override async findUnfinished(tenantId: string): Promise<string | undefined> {
    const statement = { name: 'unfinished_set_up', text: 'select unfinished_set_up($1) as id' };
    const [row] = await this.#database.execute<{ id: string | null }>(statement, [tenantId]);
    return row?.id ?? undefined;
  }

  async #find(
    tenantId: string,
    where: Partial<Pick<ServiceConnectionEntity, 'tenantId' | 'id' | 'isCurrent'>>,
  ): Promise<Connection | undefined> {
    const row = await this.#database.transaction({ tenantId }, (manager) =>
      manager.findOneBy(ServiceConnectionEntity, where),
    );
    return row === null ? undefined : toConnection(row);
  }
}

async function update(
  manager: EntityManager,
  { tenantId, connectionId, leaseId }: Lease,
  change: Partial<ServiceConnectionEntity>,
): Promise<void> {
  const done = await manager
    .createQueryBuilder()
    .update(ServiceConnectionEntity)
    .set({ ...change, updatedAt: () => 'now()' })
    .where({ tenantId, id: connectionId, leaseId })
    .execute();
  if (done.affected !== 1)
    throw new AppError('encryption_service_unavailable', { retryAfterSeconds: 1 });
}

function toConnection(row: ServiceConnectionEntity): Connection {
  const { id, tenantId, encryptionId, apiKey, apiSecret } = row;
  return {
    id,
    tenantId,
    state: row.state as ConnectionState,
    encryptionId,
    apiKey: apiKey ?? undefined,
    apiSecret: apiSecret ?? undefined,
  };
}
