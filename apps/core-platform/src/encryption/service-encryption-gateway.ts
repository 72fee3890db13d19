import { Injectable } from '@nestjs/common';
import type { Page, RotateAnswer, VersionAnswer } from '@app/contract';
import { decodeBase64, encodeBase64 } from '@app/encoding';
import { type KeyContext, type MasterKeyPair, passOn } from '@app/encryption-client';
import { AppError, type ErrorCode, invalidField } from '@app/errors';
import { inParallel } from '@app/pacing';
import type { TenantCaller } from '../access/caller.js';
import { Standing } from '../access/standing.js';
import { type Connection, ConnectionRepository } from '../connections/connection.repository.js';
import { CredentialSeal } from '../connections/credential-seal.js';
import { heard } from '../connections/heard.js';
import { LocalService, type ServiceClient } from '../connections/local-service.js';
import { SetUpConnection } from '../connections/set-up-connection.js';
import {
  type Bound,
  EncryptionGateway,
  type Named,
  type Plaintext,
  type SealedBlob,
} from './encryption-gateway.js';
import { keyContextOf } from './master-key.js';

/** Of one request, so that one list cannot take all connections. */
const CALLS_AT_ONCE = 8;

const OF_ONE_BLOB: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'decryption_failed',
  'version_destroyed',
  'version_not_usable',
]);

/** The gateway to the encryption service of each tenant's connection. */
@Injectable()
export class ServiceEncryptionGateway extends EncryptionGateway {
  readonly #service: LocalService;
  readonly #connections: ConnectionRepository;
  readonly #setUp: SetUpConnection;
  readonly #seal: CredentialSeal;
  readonly #standing: Standing;

  constructor(
    service: LocalService,
    connections: ConnectionRepository,
    setUp: SetUpConnection,
    seal: CredentialSeal,
    standing: Standing,
  ) {
    super();
    this.#service = service;
    this.#connections = connections;
    this.#setUp = setUp;
    this.#seal = seal;
    this.#standing = standing;
  }

  override async encrypt(
    plaintexts: readonly Bound<Plaintext>[],
    caller: TenantCaller,
  ): Promise<SealedBlob[]> {
    const keyed = keyContextOf(caller);
    const connection = await this.#setUp.ensureReady(caller.tenantId, caller);
    const client = await this.#clientOf(connection);
    return forEach(plaintexts, keyed, async ({ data, encoding, context }) => {
      const { encryptionId } = connection;
      const input = { encryptionId, data, encoding, context: { ...context } };
      const { cipherText, ...blob } = await heard(client.encrypt(input, keyed));
      const bytes = decodeBase64(cipherText, 'cipherText');
      return { ...blob, cipherText: bytes, connectionId: connection.id };
    });
  }

  override async decrypt(
    blobs: readonly Named<Bound<SealedBlob>>[],
    caller: TenantCaller,
  ): Promise<Plaintext[]> {
    const keyed = keyContextOf(caller);
    const clients = await this.#clientsOf(blobs, caller.tenantId);
    return forEach(blobs, keyed, async (blob) => {
      const client = clients.get(blob.connectionId);
      if (client === undefined) throw new AppError('internal');
      const context = { ...blob.context };
      const input = { ...blob, cipherText: encodeBase64(blob.cipherText), context };
      try {
        const { data, encoding } = await client.decrypt(input, keyed);
        return { data, encoding };
      } catch (error) {
        throw naming(passOn(error), blob.field);
      }
    });
  }

  override async rotate(once: string, caller: TenantCaller): Promise<RotateAnswer> {
    const keyed = keyContextOf(caller);
    const connection = await this.#setUp.ensureReady(caller.tenantId, caller);
    const client = await this.#clientOf(connection);
    await this.#standing.assert(caller, 'keys:rotate');
    return heard(client.rotate(connection.encryptionId, once, keyed));
  }

  override async rewrap(keys: MasterKeyPair, caller: TenantCaller): Promise<void> {
    const connection = await this.#setUp.ensureReady(caller.tenantId, caller);
    // The core's client at the service may not move an encryption between the platform and its owner.
    if (connection.masterKeyMode === 'platform') throw new AppError('master_key_not_applicable');
    const client = await this.#clientOf(connection);
    await this.#standing.assert(caller, 'keys:rewrap');
    await heard(client.rewrap(connection.encryptionId, keys, caller));
  }

  override async listVersions(
    page: { readonly limit: number; readonly cursor: string | undefined },
    caller: TenantCaller,
  ): Promise<Page<VersionAnswer>> {
    const connection = await this.#setUp.ensureReady(caller.tenantId, caller);
    const client = await this.#clientOf(connection);
    try {
      return await client.listVersions(connection.encryptionId, page, caller);
    } catch (error) {
      // Of all that is sent with this call, only the cursor is the person's.
      if (page.cursor !== undefined && isInvalidRequest(error))
        throw invalidField('cursor', 'must be a nextCursor of this list');
      throw passOn(error);
    }
  }

  async #clientOf(connection: Connection): Promise<ServiceClient> {
    return this.#service.clientOf(await this.#seal.open(connection));
  }

  async #clientsOf(
    blobs: readonly SealedBlob[],
    tenantId: string,
  ): Promise<ReadonlyMap<string, ServiceClient>> {
    const clients = new Map<string, ServiceClient>();
    for (const connectionId of new Set(blobs.map((blob) => blob.connectionId))) {
      const connection = await this.#connections.find(tenantId, connectionId);
      if (connection === undefined) throw new AppError('internal');
      clients.set(connectionId, await this.#clientOf(connection));
    }
    return clients;
  }
}

/**
 * Does `work` for each item. Where a master key came along the first item goes alone: a wrong key is then tried once, and not as often as
 * there are items, each of which the service would count.
 */
async function forEach<T, R>(
  items: readonly T[],
  { masterKey }: KeyContext,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const first = masterKey === undefined ? [] : items.slice(0, 1);
  const rest = items.slice(first.length);
  const results = await inParallel(first, 1, work);
  return [...results, ...(await inParallel(rest, CALLS_AT_ONCE, work))];
}

/** The refusal of one blob among several, with its name. What ails all of them is no one's. */
function naming(error: AppError, field: string | undefined): AppError {
  if (field === undefined || !OF_ONE_BLOB.has(error.code)) return error;
  return new AppError(error.code, { cause: error, errors: [{ field, message: 'does not open' }] });
}

function isInvalidRequest(error: unknown): boolean {
  return error instanceof AppError && error.code === 'invalid_request';
}
