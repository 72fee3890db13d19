import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import type { MasterKeyMode } from '@app/contract';
import { AppError, toAppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { type Act, type ActFacts, tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { type Connection, ConnectionRepository } from '../connections/connection.repository.js';
import { CredentialSeal } from '../connections/credential-seal.js';
import { heard } from '../connections/heard.js';
import { LocalService } from '../connections/local-service.js';
import { makeEncryption } from '../connections/make-encryption.js';
import { SetUpConnection } from '../connections/set-up-connection.js';
import { keyContextOf, refuseKey, requireKey } from './master-key.js';

/** What a key is tried with where nothing is to be changed. */
const NOTHING = { data: '', encoding: 'utf8', context: {} } as const;

/**
 * Puts a tenant under its own master key, or back under the platform's, as long as it stores nothing. The service makes another
 * encryption for it: to take one out of its owner's hands, or to give it into them, is beyond what the core may do there.
 */
@Injectable()
export class ChangeMasterKeyMode {
  readonly #connections: ConnectionRepository;
  readonly #service: LocalService;
  readonly #setUp: SetUpConnection;
  readonly #seal: CredentialSeal;
  readonly #audit: AuditRepository;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;

  constructor(
    connections: ConnectionRepository,
    service: LocalService,
    setUp: SetUpConnection,
    seal: CredentialSeal,
    audit: AuditRepository,
    identifiers: Identifiers,
    clock: Clock,
  ) {
    this.#connections = connections;
    this.#service = service;
    this.#setUp = setUp;
    this.#seal = seal;
    this.#audit = audit;
    this.#identifiers = identifiers;
    this.#clock = clock;
  }

  /** @throws AppError `not_found` where the tenant has no connection. */
  async read(tenantId: string): Promise<Connection> {
    const connection = await this.#connections.findCurrent(tenantId);
    if (connection === undefined) throw new AppError('not_found');
    return connection;
  }

  /**
   * Where the mode is what it is to be, the key is tried and nothing is changed.
   *
   * @throws AppError `master_key_*`, `conflict` while blobs exist, or what the service answered.
   */
  async change(mode: MasterKeyMode, caller: TenantCaller): Promise<Connection> {
    if (mode === 'client') requireKey(caller.masterKey);
    else refuseKey(caller.masterKey);
    const before = await this.#setUp.ensureReady(caller.tenantId, caller);
    if (before.masterKeyMode === mode) return this.#keep(before, caller);
    const act = (facts: ActFacts): Act =>
      tenantAct(caller, 'encryption.change', this.#clock.now(), {
        ...facts,
        details: { masterKeyMode: mode },
      });
    try {
      return await this.#replace(before, mode, caller, act);
    } catch (error) {
      await this.#audit.record(act({ outcome: toAppError(error).code }));
      throw error;
    }
  }

  async #keep(connection: Connection, caller: TenantCaller): Promise<Connection> {
    if (connection.masterKeyMode === 'platform') return connection;
    const client = this.#service.clientOf(await this.#seal.open(connection));
    const { encryptionId } = connection;
    await heard(client.encrypt({ encryptionId, ...NOTHING }, keyContextOf(caller)));
    return connection;
  }

  async #replace(
    before: Connection,
    masterKeyMode: MasterKeyMode,
    caller: TenantCaller,
    act: (facts: ActFacts) => Act,
  ): Promise<Connection> {
    const { tenantId } = caller;
    // Looked up before the service is asked: it makes no encryption for what will be refused.
    if (await this.#connections.hasBlobs(tenantId)) throw new AppError('conflict');
    const id = this.#identifiers.newUuid();
    const encryptionId = this.#identifiers.newUuid();
    const opened = await this.#seal.open(before);
    const client = this.#service.clientOf(opened);
    await heard(makeEncryption(client, encryptionId, masterKeyMode, keyContextOf(caller)));
    const credentials = await this.#seal.seal(id, opened);
    const successor = { id, masterKeyMode, encryptionId, credentials };
    const subject = { kind: 'connection', id } as const;
    await this.#connections.succeed(caller, before, successor, act({ subject }));
    return { ...before, ...credentials, id, masterKeyMode, encryptionId };
  }
}
