import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { Clock } from '@app/ambient';
import { MASTER_KEY_MODES } from '@app/contract';
import { AppError } from '@app/errors';
import { Database } from '@app/persistence';
import type { TenantCaller } from '../access/caller.js';
import { assertStanding } from '../access/standing.typeorm.js';
import type { Act } from '../audit/act.js';
import { recordAct } from '../audit/audit.repository.typeorm.js';
import { BlobEntity } from '../vault-store/blob.entity.js';
import {
  type Connection,
  ConnectionRepository,
  type ConnectionState,
  type Lease,
  type SealedCredentials,
  type SuccessorConnection,
} from './connection.repository.js';
import { ServiceConnectionEntity } from './service-connection.entity.js';

// The database's clock, since replicas' clocks differ.
const FREE = "state <> 'ready' and (leased_until is null or leased_until < now())";
const LEASED_FOR = 'coalesce(extract(epoch from leased_until - now()), 0) * 1000';
const UNTIL = 'now() + make_interval(secs => :seconds)';

@Injectable()
export class TypeormConnectionRepository extends ConnectionRepository {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    super();
    this.#database = database;
    this.#clock = clock;
  }

  override async findCurrent(tenantId: string): Promise<Connection | undefined> {
    return this.#find(tenantId, { tenantId, isCurrent: true });
  }

  override async find(tenantId: string, connectionId: string): Promise<Connection | undefined> {
    return this.#find(tenantId, { tenantId, id: connectionId });
  }

  override async list(tenantId: string): Promise<Connection[]> {
    return this.#database.transaction({ tenantId }, (manager) => findAll(manager, { tenantId }));
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
        .set({ leaseId, leasedUntil: () => UNTIL })
        .where(`tenant_id = :tenantId and is_current and ${FREE}`, { tenantId, seconds })
        .execute();
      return taken.affected === 1 ? find(manager, { tenantId, leaseId }) : undefined;
    });
  }

  override async renew(lease: Lease, seconds: number): Promise<void> {
    await this.#database.transaction({ tenantId: lease.tenantId }, (manager) =>
      update(manager, lease, { leasedUntil: () => UNTIL }, { seconds }),
    );
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

  override async hasBlobs(tenantId: string): Promise<boolean> {
    return this.#database.transaction({ tenantId }, (manager) =>
      manager.existsBy(BlobEntity, { tenantId }),
    );
  }

  override async succeed(
    caller: TenantCaller,
    before: Connection,
    { id, masterKeyMode, encryptionId, credentials }: SuccessorConnection,
    act: Act,
  ): Promise<void> {
    const { tenantId } = caller;
    await this.#database.transaction({ tenantId }, async (manager) => {
      const at = this.#clock.now();
      const terms = { at, use: 'changes-tenant' } as const;
      await assertStanding(manager, caller, 'encryption:change', terms);
      // Behind the lock on the tenant, which whoever writes to the vault takes as well: nothing is stored meanwhile.
      if (await manager.existsBy(BlobEntity, { tenantId })) throw new AppError('conflict');
      const current = { tenantId, id: before.id, isCurrent: true };
      const change = { isCurrent: false, updatedAt: at };
      const changed = await manager.update(ServiceConnectionEntity, current, change);
      if (changed.affected !== 1) throw new AppError('conflict');
      await manager.insert(ServiceConnectionEntity, {
        ...{ id, tenantId, masterKeyMode, encryptionId, ...credentials },
        ...{ kind: 'local', isCurrent: true, state: 'ready', createdAt: at, updatedAt: at },
      });
      await recordAct(manager, { ...act, at });
    });
  }

  override async findUnfinished(tenantId: string): Promise<string | undefined> {
    const statement = { name: 'unfinished_set_up', text: 'select unfinished_set_up($1) as id' };
    const [row] = await this.#database.execute<{ id: string | null }>(statement, [tenantId]);
    return row?.id ?? undefined;
  }

  #find(tenantId: string, where: Where): Promise<Connection | undefined> {
    return this.#database.transaction({ tenantId }, (manager) => find(manager, where));
  }
}

type Where = Partial<Pick<ServiceConnectionEntity, 'tenantId' | 'id' | 'isCurrent' | 'leaseId'>>;

async function find(manager: EntityManager, where: Where): Promise<Connection | undefined> {
  const [first] = await findAll(manager, where);
  return first;
}

async function findAll(manager: EntityManager, where: Where): Promise<Connection[]> {
  const { entities, raw } = await manager
    .createQueryBuilder(ServiceConnectionEntity, 'connection')
    .addSelect(LEASED_FOR, 'leased_for')
    .where(where)
    .getRawAndEntities<{ leased_for: string }>();
  return entities.map((row, index) => toConnection(row, Number(raw[index]?.leased_for)));
}

async function update(
  manager: EntityManager,
  { tenantId, connectionId, leaseId }: Lease,
  change: QueryDeepPartialEntity<ServiceConnectionEntity>,
  parameters: Readonly<Record<string, number>> = {},
): Promise<void> {
  const done = await manager
    .createQueryBuilder()
    .update(ServiceConnectionEntity)
    .set({ ...change, updatedAt: () => 'now()' })
    .where({ tenantId, id: connectionId, leaseId })
    .setParameters(parameters)
    .execute();
  if (done.affected !== 1)
    throw new AppError('encryption_service_unavailable', { retryAfterSeconds: 1 });
}

function toConnection(row: ServiceConnectionEntity, leasedForMillis: number): Connection {
  const { id, tenantId, encryptionId, apiKey, apiSecret } = row;
  const masterKeyMode = MASTER_KEY_MODES.find((mode) => mode === row.masterKeyMode);
  if (masterKeyMode === undefined) throw new AppError('internal');
  return {
    id,
    tenantId,
    state: row.state as ConnectionState,
    masterKeyMode,
    encryptionId,
    apiKey: apiKey ?? undefined,
    apiSecret: apiSecret ?? undefined,
    leasedForMillis: Math.max(leasedForMillis, 0),
  };
}
