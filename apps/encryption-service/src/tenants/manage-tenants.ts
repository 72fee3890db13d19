import type { EntityManager } from 'typeorm';
import type { Clock, Identifiers } from '@app/ambient';
import {
  APP_SCOPES,
  CLIENT_SCOPES,
  type ClientCredentials,
  type ClientScope,
  type CreatedTenantAnswer,
  type CreateTenantRequest,
  type Page,
  type PageQuery,
  pageLimit,
  type PatchTenantRequest,
  type TenantAnswer,
  toPage,
} from '@app/contract';
import { AppError } from '@app/errors';
import { type Database, unlessTaken } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../audit/audit-log.js';
import { type Act, entryOf } from '../audit/audited-acts.js';
import type { OperatorCaller } from '../callers/caller.js';
import { parseBinding, type StoredBinding } from '../callers/certificate-binding.js';
import type { ClientRows } from '../clients/client-rows.typeorm.js';
import type { NewClients } from '../clients/new-client.js';
import type { TenantRows } from './tenant-rows.typeorm.js';
import { changedRow } from '../integrity/row-seals.js';
import { TENANT_FORMAT, TenantEntity } from './tenant.entity.js';
import { underTenantLock } from './tenant-lock.js';

function toAnswer({ id, name, state, createdAt }: TenantEntity): TenantAnswer {
  return { tenantId: id, name, state, createdAt: createdAt.toISOString() };
}

/** What operators do: make, list, rename, enable and disable tenants. They reach no key, no data and no record of a tenant. */
export class ManageTenants {
  constructor(
    private readonly database: Database,
    private readonly rows: TenantRows,
    private readonly clients: ClientRows,
    private readonly newClients: NewClients,
    private readonly audit: AuditLog,
    private readonly identifiers: Identifiers,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a tenant with its first clients. Repeated by the operator that made it, while it has no encryption yet, it gives new
   * credentials and revokes the earlier ones, so that an answer that was lost can be had again.
   *
   * @throws AppError `invalid_request`, `already_exists`.
   */
  async create(
    caller: OperatorCaller,
    call: Call,
    request: CreateTenantRequest,
  ): Promise<CreatedTenantAnswer> {
    const tenantId = request.tenantId ?? this.identifiers.newUuid();
    const binding: StoredBinding =
      request.certificate === undefined
        ? { kind: 'spkiSha256', value: caller.certificate.spkiSha256 }
        : parseBinding(request.certificate, 'certificate');
    const act: Act = { tenantId, caller, call, operation: 'create-tenant', subject: tenantId };
    // Of another operator the row is not visible here, but its id is taken.
    return unlessTaken(
      this.#change(caller, tenantId, async (manager) => {
        const tenant = await this.#insertOrReset(manager, caller, tenantId, request.name);
        const app = await this.#addClient(manager, tenantId, 'app', APP_SCOPES, binding);
        const admin =
          request.admin === true
            ? await this.#addClient(manager, tenantId, 'admin', CLIENT_SCOPES, binding)
            : undefined;
        const revisions = [changedRow(TENANT_FORMAT, tenant)];
        await this.audit.append(manager, { ...entryOf(act), revisions });
        const clients = { app, ...(admin === undefined ? {} : { admin }) };
        return { tenantId, name: tenant.name, state: tenant.state, clients };
      }),
    );
  }

  async list(caller: OperatorCaller, query: PageQuery): Promise<Page<TenantAnswer>> {
    const operatorId = caller.operator.id;
    const rows = await this.database.transaction({ operatorId }, (manager) =>
      this.rows.list(manager, operatorId, query),
    );
    return toPage(rows, pageLimit(query), (row) => [row.id], toAnswer);
  }

  /** Once a disable has been answered, no replica releases another result to that tenant. @throws AppError `not_found`. */
  async patch(
    caller: OperatorCaller,
    call: Call,
    tenantId: string,
    patch: PatchTenantRequest,
  ): Promise<TenantAnswer> {
    const act: Act = { tenantId, caller, call, operation: operationOf(patch), subject: tenantId };
    return this.#change(caller, tenantId, async (manager) => {
      const row = await this.rows.get(manager, caller.operator.id, tenantId);
      row.name = patch.name ?? row.name;
      row.state = patch.state ?? row.state;
      row.updatedAt = this.clock.now();
      await this.rows.update(manager, row);
      const revisions = [changedRow(TENANT_FORMAT, row)];
      await this.audit.append(manager, { ...entryOf(act), revisions });
      return toAnswer(row);
    });
  }

  async #change<T>(
    caller: OperatorCaller,
    tenantId: string,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const operatorId = caller.operator.id;
    return underTenantLock(this.database, { operatorId, tenantId }, work);
  }

  async #insertOrReset(
    manager: EntityManager,
    caller: OperatorCaller,
    tenantId: string,
    name: string,
  ): Promise<TenantEntity> {
    const now = this.clock.now();
    const known = await this.rows.find(manager, caller.operator.id, tenantId);
    if (known === undefined) {
      const made = Object.assign(new TenantEntity(), {
        id: tenantId,
        operatorId: caller.operator.id,
        name,
        state: 'enabled',
        createdAt: now,
        updatedAt: now,
      } satisfies Partial<TenantEntity>);
      await this.rows.insert(manager, made);
      return made;
    }
    if (await this.rows.hasEncryption(manager, tenantId)) throw new AppError('already_exists');
    for (const client of await this.clients.active(manager, tenantId)) {
      client.state = 'revoked';
      client.updatedAt = now;
      await this.clients.update(manager, client);
    }
    return known;
  }

  async #addClient(
    manager: EntityManager,
    tenantId: string,
    name: string,
    scopes: readonly ClientScope[],
    binding: StoredBinding,
  ): Promise<ClientCredentials> {
    const plan = { tenantId, name, scopes, certificates: [binding], unbound: false };
    const { client, secret } = this.newClients.make(plan);
    await this.clients.insert(manager, client);
    return { id: client.id, apiKey: client.apiKey, apiSecret: secret.expose() };
  }
}

function operationOf({ state }: PatchTenantRequest): string {
  if (state === undefined) return 'change-tenant';
  return state === 'disabled' ? 'disable-tenant' : 'enable-tenant';
}
