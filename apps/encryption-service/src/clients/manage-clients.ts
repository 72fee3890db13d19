import type { EntityManager } from 'typeorm';
import type { Clock } from '@app/ambient';
import {
  type ClientAnswer,
  type CreateClientRequest,
  type CreatedClientAnswer,
  type Page,
  type PageQuery,
  pageLimit,
  type PatchClientRequest,
  toPage,
} from '@app/contract';
import { AppError, invalidField } from '@app/errors';
import type { Database } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../audit/audit-log.js';
import { type Act, entryOf, runAct } from '../audit/audited-acts.js';
import type { ClientCaller } from '../callers/caller.js';
import { parseBinding, type StoredBinding, toWire } from '../callers/certificate-binding.js';
import { changedRow } from '../integrity/row-seals.js';
import { assertNarrower, isWithin, someLimits } from '../limits/client-limits.js';
import type { Tiers } from '../limits/tiers.js';
import type { TenantChanges } from '../keysets/rows/tenant-changes.js';
import type { ClientRows } from './client-rows.typeorm.js';
import { CLIENT_FORMAT, type ClientEntity } from './client.entity.js';
import type { ClientPlan, NewClients } from './new-client.js';

const MANAGE = 'clients:manage';
const MAX_CERTIFICATES = 2;

function toAnswer(row: ClientEntity): ClientAnswer {
  const { encryptionIds, expiresAt, limits } = row;
  return {
    id: row.id,
    name: row.name,
    apiKey: row.apiKey,
    scopes: row.scopes,
    ...(encryptionIds === undefined ? {} : { encryptionIds }),
    certificates: row.certificates.map(toWire),
    unbound: row.unbound,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(limits === undefined ? {} : { limits }),
    createdAt: row.createdAt.toISOString(),
  };
}

/** Nobody grants what they do not have: no scope, no encryption, no day and no use more. */
function assertGrantable(
  { client }: ClientCaller,
  wanted: Pick<ClientPlan, 'scopes' | 'encryptionIds' | 'expiresAt' | 'limits'>,
): void {
  const { scopes, encryptionIds, expiresAt } = wanted;
  const scopesHeld = scopes.every((scope) => client.scopes.includes(scope));
  const own = client.encryptionIds;
  const encryptionsHeld =
    own === undefined || encryptionIds?.every((id) => own.includes(id)) === true;
  const daysHeld =
    client.expiresAt === undefined ||
    (expiresAt !== undefined && expiresAt.getTime() <= client.expiresAt.getTime());
  const usesHeld = isWithin(wanted.limits, client.limits);
  if (!scopesHeld || !encryptionsHeld || !daysHeld || !usesHeld) throw new AppError('forbidden');
}

/** Whether a client manages clients without an end. */
function isLastingManager({ scopes, expiresAt }: ClientEntity): boolean {
  return scopes.includes(MANAGE) && expiresAt === undefined;
}

/** Ids in lower case, each once. */
function lowerCased(ids: readonly string[] | undefined): string[] | undefined {
  return ids === undefined ? undefined : [...new Set(ids.map((id) => id.toLowerCase()))];
}

function bindingsOf(caller: ClientCaller, request: CreateClientRequest): StoredBinding[] {
  const { certificate, unbound } = request;
  if (certificate !== undefined && unbound === true)
    throw invalidField('unbound', 'must not come with certificate');
  if (unbound === true) return [];
  if (certificate !== undefined) return [parseBinding(certificate, 'certificate')];
  return [{ kind: 'spkiSha256', value: caller.certificate.spkiSha256 }];
}

/** Makes, lists, changes and revokes the clients of a tenant. */
export class ManageClients {
  constructor(
    private readonly database: Database,
    private readonly changes: TenantChanges,
    private readonly rows: ClientRows,
    private readonly newClients: NewClients,
    private readonly audit: AuditLog,
    private readonly tiers: Tiers,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `invalid_request`, `forbidden` where the caller would grant what it does not have. */
  async create(
    caller: ClientCaller,
    call: Call,
    request: CreateClientRequest,
  ): Promise<CreatedClientAnswer> {
    const { tenantId } = caller.client;
    assertNarrower(request.limits, this.tiers.of(tenantId));
    const plan: ClientPlan = {
      tenantId,
      name: request.name,
      scopes: request.scopes,
      encryptionIds: lowerCased(request.encryptionIds),
      certificates: bindingsOf(caller, request),
      unbound: request.unbound === true,
      expiresAt: this.#parseExpiry(request.expiresAt),
      limits: someLimits(request.limits),
    };
    const { client, secret } = this.newClients.make(plan);
    const act: Act = { tenantId, caller, call, operation: 'create-client', subject: client.id };
    return runAct(this.audit, act, async () => {
      await this.changes.run(caller, async (manager, current) => {
        assertGrantable(current, plan);
        await this.rows.insert(manager, client);
        await this.#append(manager, act, client);
      });
      return Object.assign(toAnswer(client), { apiSecret: secret.expose() });
    });
  }

  async list(caller: ClientCaller, query: PageQuery): Promise<Page<ClientAnswer>> {
    const { tenantId } = caller.client;
    const rows = await this.database.transaction({ tenantId }, (manager) =>
      this.rows.list(manager, tenantId, query),
    );
    return toPage(rows, pageLimit(query), (row) => [row.id], toAnswer);
  }

  /** @throws AppError `not_found`, `invalid_request`, `forbidden` for a client that may more than the caller. */
  async patch(
    caller: ClientCaller,
    call: Call,
    id: string,
    patch: PatchClientRequest,
  ): Promise<ClientAnswer> {
    const { tenantId } = caller.client;
    const certificates = this.#parseCertificates(patch);
    const expiresAt = this.#parseExpiry(patch.expiresAt);
    assertNarrower(patch.limits, this.tiers.of(tenantId));
    const act: Act = { tenantId, caller, call, operation: 'change-client', subject: id };
    return runAct(this.audit, act, () =>
      this.changes.run(caller, async (manager, current) => {
        const row = await this.rows.get(manager, tenantId, id);
        assertGrantable(current, row);
        row.name = patch.name ?? row.name;
        row.expiresAt = expiresAt ?? row.expiresAt;
        if (patch.limits !== undefined) row.limits = someLimits(patch.limits);
        if (certificates !== undefined) {
          row.certificates = certificates;
          row.unbound = false;
        }
        assertGrantable(current, row);
        await this.#assertManaged(manager, row, isLastingManager(row));
        row.updatedAt = this.clock.now();
        await this.rows.update(manager, row);
        await this.#append(manager, act, row);
        return toAnswer(row);
      }),
    );
  }

  /**
   * Once it has been answered, no replica releases another result to that client.
   *
   * @throws AppError `not_found`, `conflict` for the last client that can manage clients.
   */
  async revoke(caller: ClientCaller, call: Call, id: string): Promise<void> {
    const { tenantId } = caller.client;
    const act: Act = { tenantId, caller, call, operation: 'revoke-client', subject: id };
    await runAct(this.audit, act, () =>
      this.changes.run(caller, async (manager) => {
        const row = await this.rows.get(manager, tenantId, id);
        await this.#assertManaged(manager, row, false);
        row.state = 'revoked';
        row.updatedAt = this.clock.now();
        await this.rows.update(manager, row);
        await this.#append(manager, act, row);
      }),
    );
  }

  /** A tenant without a client that manages clients, and goes on doing so, could never be helped again. */
  async #assertManaged(
    manager: EntityManager,
    row: ClientEntity,
    staysManager: boolean,
  ): Promise<void> {
    if (staysManager || !row.scopes.includes(MANAGE)) return;
    const active = await this.rows.active(manager, row.tenantId);
    const others = active.filter((other) => other.id !== row.id && isLastingManager(other));
    if (others.length === 0) throw new AppError('conflict');
  }

  async #append(manager: EntityManager, act: Act, row: ClientEntity): Promise<void> {
    await this.audit.append(manager, {
      ...entryOf(act),
      revisions: [changedRow(CLIENT_FORMAT, row)],
    });
  }

  #parseExpiry(text: string | undefined): Date | undefined {
    if (text === undefined) return undefined;
    const time = new Date(text);
    if (time.getTime() <= this.clock.nowMillis())
      throw invalidField('expiresAt', 'must be in the future');
    return time;
  }

  #parseCertificates({ certificates }: PatchClientRequest): StoredBinding[] | undefined {
    if (certificates === undefined) return undefined;
    if (certificates.length === 0 || certificates.length > MAX_CERTIFICATES) {
      throw invalidField('certificates', 'must have one or two members');
    }
    return certificates.map((binding, index) =>
      parseBinding(binding, `certificates[${String(index)}]`),
    );
  }
}
