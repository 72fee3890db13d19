import type {
  DecryptAnswer,
  DecryptRequest,
  EncryptAnswer,
  MasterKeyMode,
  Page,
  RotateAnswer,
  VersionAnswer,
} from '@app/contract';
import type { SecretBytes } from '@app/secret';
import { type CallContext, type KeyContext, ServiceCaller } from './caller.js';
import { type EncryptInput, readBlob, readOpenedData } from './data-answers.js';
import { malformed } from './fields.js';
import {
  type EncryptionSummary,
  readEncryption,
  readRotation,
  readVersions,
} from './key-answers.js';
import { type ClientCredentials, readHealth, type ServiceHealth } from './service-answers.js';
import type { ServiceTransport } from './transport.js';

/** A blob as encrypt answered it, and the context that it is bound to. */
export type DecryptInput = EncryptAnswer & Required<Pick<DecryptRequest, 'context'>>;

/** A client's own master keys in a rewrap: 32 bytes each, borrowed. */
export interface MasterKeyPair {
  /** The one that opens the versions now. */
  readonly old: SecretBytes;
  /** The one that is to wrap them. */
  readonly next: SecretBytes;
}

/**
 * The calls of a tenant's client at an encryption service: `docs/spec/contract-v1.md`, section 1.
 *
 * Each throws the AppError that the service answered, or `encryption_service_unavailable` or `encryption_service_rejected`; `passOn` turns
 * them into what the core's own callers hear. Answers are checked before they are handed out, unknown fields in them are dropped. What
 * uses keys takes a client's own master key with its context and passes it on; the service says whether it had to come.
 */
export class EncryptionClient {
  readonly #caller: ServiceCaller;

  /** @param transport - borrowed: one serves many clients, and whoever made it closes it. */
  constructor(transport: ServiceTransport, credentials: ClientCredentials) {
    this.#caller = new ServiceCaller(transport, credentials);
  }

  /** `GET /v1/health`. */
  async health(context: CallContext): Promise<ServiceHealth> {
    const call = { method: 'GET', path: '/v1/health', expect: 200 } as const;
    return readHealth(await this.#caller.call(call, context));
  }

  /** `POST /v1/encrypt` under the active version. */
  async encrypt(input: EncryptInput, context: KeyContext): Promise<EncryptAnswer> {
    const { encryptionId, data, encoding, context: bound } = input;
    const body = { encryptionId, data, encoding, context: bound };
    const { masterKey } = context;
    const call = { method: 'POST', path: '/v1/encrypt', expect: 200, body, masterKey } as const;
    return readBlob(await this.#caller.call(call, context), input);
  }

  /** `POST /v1/decrypt`. */
  async decrypt(input: DecryptInput, context: KeyContext): Promise<DecryptAnswer> {
    const { cipherText, encryptionId, encryptionVersionId, algorithm, metadata } = input;
    const blob = { cipherText, encryptionId, encryptionVersionId, algorithm, metadata };
    const body = { ...blob, context: input.context };
    const { masterKey } = context;
    const call = { method: 'POST', path: '/v1/decrypt', expect: 200, body, masterKey } as const;
    return readOpenedData(await this.#caller.call(call, context));
  }

  /**
   * `POST /v1/rotate`.
   *
   * @param idempotencyKey - new for each rotation that is meant; with the same one a repetition makes no second version.
   */
  async rotate(
    encryptionId: string,
    idempotencyKey: string,
    context: KeyContext,
  ): Promise<RotateAnswer> {
    const call = {
      method: 'POST',
      path: '/v1/rotate',
      expect: 200,
      body: { encryptionId },
      idempotencyKey,
      masterKey: context.masterKey,
    } as const;
    return readRotation(await this.#caller.call(call, context));
  }

  /**
   * `POST /v1/encryptions`.
   *
   * @param mode - `client`: under the master key of the context, which has to be there. Else none is sent.
   * @param encryptionId - chosen and stored by the caller beforehand, so that `already_exists` after a lost answer is no riddle.
   */
  async createEncryption(
    encryptionId: string,
    mode: MasterKeyMode,
    context: KeyContext,
  ): Promise<EncryptionSummary> {
    const call = {
      method: 'POST',
      path: '/v1/encryptions',
      expect: 201,
      body: { encryptionId, masterKey: { mode } },
      masterKey: mode === 'client' ? context.masterKey : undefined,
    } as const;
    return this.#readIn(mode, await this.#caller.call(call, context), encryptionId);
  }

  /**
   * `POST /v1/encryptions/{id}/rewrap` from one key of a client to another.
   *
   * It is sent once: carried out twice, it would find the old key wrong. Where its answer is lost, it may have taken place, and the new
   * key shows whether it has.
   */
  async rewrap(
    encryptionId: string,
    { old, next }: MasterKeyPair,
    context: CallContext,
  ): Promise<EncryptionSummary> {
    const call = {
      method: 'POST',
      path: `/v1/encryptions/${encryptionId}/rewrap`,
      expect: 200,
      body: { mode: 'client' },
      masterKey: old,
      newMasterKey: next,
      mayRepeat: false,
    } as const;
    const answer = await this.#caller.call(call, context);
    return this.#readIn('client', answer, encryptionId);
  }

  /** `GET /v1/encryptions/{id}`. */
  async getEncryption(encryptionId: string, context: CallContext): Promise<EncryptionSummary> {
    const path = `/v1/encryptions/${encryptionId}`;
    const call = { method: 'GET', path, expect: 200 } as const;
    return readEncryption(await this.#caller.call(call, context), encryptionId);
  }

  /**
   * `DELETE /v1/encryptions/{id}`: schedules the destruction of every version, after as many days as the service has by default.
   *
   * Repeated, it is refused with `conflict`, and later with `version_destroyed`: of an encryption that is going or gone.
   */
  async deleteEncryption(encryptionId: string, context: CallContext): Promise<void> {
    const path = `/v1/encryptions/${encryptionId}`;
    await this.#caller.call({ method: 'DELETE', path, expect: 204 }, context);
  }

  /** `GET /v1/encryptions/{id}/versions`, one page. */
  async listVersions(
    encryptionId: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
    context: CallContext,
  ): Promise<Page<VersionAnswer>> {
    const query = new URLSearchParams({ limit: page.limit.toString() });
    if (page.cursor !== undefined) query.set('cursor', page.cursor);
    const path = `/v1/encryptions/${encryptionId}/versions?${query.toString()}`;
    const call = { method: 'GET', path, expect: 200 } as const;
    return readVersions(await this.#caller.call(call, context));
  }

  /** An encryption that is to be under a client's key and is under the service's own would keep nothing from the service. */
  #readIn(mode: MasterKeyMode, answer: unknown, encryptionId: string): EncryptionSummary {
    const summary = readEncryption(answer, encryptionId);
    if (summary.mode !== mode) throw malformed('masterKey.mode');
    return summary;
  }
}
