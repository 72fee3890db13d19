import { randomBytes, randomUUID } from 'node:crypto';
import type { MasterKeyMode } from '@app/contract';
import type {
  CallContext,
  ClientCredentials,
  DecryptInput,
  EncryptInput,
  KeyContext,
  MasterKeyPair,
} from '@app/encryption-client';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import {
  LocalService,
  type ServiceClient,
} from '../../apps/core-platform/src/connections/local-service.js';

interface FakeEncryption {
  readonly tenantId: string;
  readonly versions: string[];
  /** In client mode the client's key, in hexadecimal digits. */
  masterKey?: string | undefined;
  /** Its destruction is scheduled: nothing opens any more. */
  isGoing?: boolean;
}

/** What can be told to fail, once for each error. */
type Operation = keyof ServiceClient | 'makeTenant';

/**
 * An encryption service in memory that keeps to the contract as far as the core uses it: what it seals opens only with the same ids,
 * metadata and context. Its ciphertext is random; what was sealed stays in here.
 */
export class FakeEncryptionService extends LocalService {
  readonly encryptions = new Map<string, FakeEncryption>();
  readonly #credentials = new Map<string, { tenantId: string; apiSecret: string }>();
  readonly #sealed = new Map<
    string,
    { place: string; data: string; encoding: 'utf8' | 'base64' }
  >();
  readonly #failures: { operation: Operation; error: AppError; isAfterwards: boolean }[] = [];
  /** What each Idempotency-Key made. */
  readonly rotations = new Map<string, { newVersionId: string }>();
  /** How often each operation was called. */
  readonly calls: Record<string, number> = {};

  /** The next call of `operation` throws; with `isAfterwards` once it has taken effect, as where an answer is lost. */
  fail(operation: Operation, error: AppError, isAfterwards = false): void {
    this.#failures.push({ operation, error, isAfterwards });
  }

  /** Makes all credentials of a tenant useless, as a repeated `POST /v1/tenants` does. */
  revoke(tenantId: string): void {
    for (const [apiKey, entry] of this.#credentials)
      if (entry.tenantId === tenantId) this.#credentials.delete(apiKey);
  }

  /** The secret of credentials that were given out. */
  secretOf(apiKey: string): string {
    return this.#credentials.get(apiKey)?.apiSecret ?? '';
  }

  override makeTenant(tenantId: string, _context: CallContext): Promise<ClientCredentials> {
    return this.#run('makeTenant', () => {
      const taken = [...this.encryptions.values()].some((entry) => entry.tenantId === tenantId);
      if (taken) throw new AppError('already_exists');
      this.revoke(tenantId);
      const apiKey = randomUUID();
      const apiSecret = `kw_${randomBytes(32).toString('base64url')}`;
      this.#credentials.set(apiKey, { tenantId, apiSecret });
      return { apiKey, apiSecret: new SecretString(apiSecret) };
    });
  }

  override clientOf(credentials: ClientCredentials): ServiceClient {
    const asTenant = <T>(operation: Operation, work: (tenantId: string) => T): Promise<T> =>
      this.#run(operation, () => work(this.#authenticate(credentials)));
    return {
      createEncryption: (id, mode, context) =>
        asTenant('createEncryption', (tenant) => this.#create(tenant, id, mode, context)),
      getEncryption: (id) =>
        asTenant('getEncryption', (tenant) => summaryOf(id, this.#find(tenant, id))),
      deleteEncryption: (id) =>
        asTenant('deleteEncryption', (tenant) => {
          remove(this.#find(tenant, id));
        }),
      rotate: (id, once, context) =>
        asTenant('rotate', (tenant) => this.#rotate(this.#use(tenant, id, context), once)),
      rewrap: (id, keys) => asTenant('rewrap', (tenant) => this.#rewrap(tenant, id, keys)),
      listVersions: (id) =>
        asTenant('listVersions', (tenant) => versionsOf(this.#find(tenant, id))),
      encrypt: (input, context) =>
        asTenant('encrypt', (tenant) =>
          this.#seal(this.#use(tenant, input.encryptionId, context), input),
        ),
      decrypt: (input, context) =>
        asTenant('decrypt', (tenant) => {
          this.#use(tenant, input.encryptionId, context);
          return this.#open(input);
        }),
    };
  }

  #run<T>(operation: Operation, work: () => T): Promise<T> {
    this.calls[operation] = (this.calls[operation] ?? 0) + 1;
    const index = this.#failures.findIndex((failure) => failure.operation === operation);
    const [failure] = index < 0 ? [] : this.#failures.splice(index, 1);
    return new Promise((resolve) => {
      if (failure !== undefined && !failure.isAfterwards) throw failure.error;
      const result = work();
      if (failure !== undefined) throw failure.error;
      resolve(result);
    });
  }

  #authenticate({ apiKey, apiSecret }: ClientCredentials): string {
    const entry = this.#credentials.get(apiKey);
    if (entry?.apiSecret !== apiSecret.expose()) throw new AppError('unauthenticated');
    return entry.tenantId;
  }

  #find(tenantId: string, encryptionId: string): FakeEncryption {
    const encryption = this.encryptions.get(encryptionId);
    if (encryption?.tenantId !== tenantId) throw new AppError('not_found');
    return encryption;
  }

  /** An encryption whose keys are used, with the key that its mode asks for. */
  #use(tenantId: string, encryptionId: string, { masterKey }: KeyContext): FakeEncryption {
    const encryption = this.#find(tenantId, encryptionId);
    if (encryption.isGoing === true) throw new AppError('version_not_usable');
    const key = masterKey?.expose().toString('hex');
    if (encryption.masterKey === key) return encryption;
    if (encryption.masterKey === undefined) throw new AppError('master_key_not_applicable');
    throw new AppError(key === undefined ? 'master_key_required' : 'master_key_mismatch');
  }

  #rewrap(tenantId: string, encryptionId: string, { old, next }: MasterKeyPair) {
    const encryption = this.#use(tenantId, encryptionId, { requestId: '', masterKey: old });
    encryption.masterKey = next.expose().toString('hex');
    return summaryOf(encryptionId, encryption);
  }

  #create(tenantId: string, encryptionId: string, mode: MasterKeyMode, context: KeyContext) {
    if (this.encryptions.has(encryptionId)) throw new AppError('already_exists');
    const masterKey = mode === 'client' ? context.masterKey?.expose().toString('hex') : undefined;
    if (mode === 'client' && masterKey === undefined) throw new AppError('master_key_required');
    const encryption = { tenantId, versions: [randomUUID()], masterKey };
    this.encryptions.set(encryptionId, encryption);
    return summaryOf(encryptionId, encryption);
  }

  #rotate(encryption: FakeEncryption, once: string): { newVersionId: string } {
    const made = this.rotations.get(once) ?? addVersion(encryption);
    this.rotations.set(once, made);
    return made;
  }

  #seal({ versions }: FakeEncryption, { encryptionId, data, encoding, context }: EncryptInput) {
    const encryptionVersionId = versions.at(-1) ?? '';
    const cipherText = randomBytes(Buffer.byteLength(data) + 16).toString('base64');
    const metadata = { v: 1, tag: randomUUID() };
    const place = placeOf({ encryptionId, encryptionVersionId, metadata, context });
    this.#sealed.set(cipherText, { place, data, encoding });
    return { cipherText, encryptionId, encryptionVersionId, algorithm: 'AES-256-GCM', metadata };
  }

  #open(input: DecryptInput) {
    const sealed = this.#sealed.get(input.cipherText);
    if (sealed?.place !== placeOf(input)) throw new AppError('decryption_failed');
    return { data: sealed.data, encoding: sealed.encoding };
  }
}

function placeOf(blob: Omit<DecryptInput, 'cipherText' | 'algorithm'>): string {
  const context = Object.entries(blob.context).sort();
  return JSON.stringify([blob.encryptionId, blob.encryptionVersionId, blob.metadata, context]);
}

function summaryOf(encryptionId: string, { masterKey, isGoing }: FakeEncryption) {
  const mode: MasterKeyMode = masterKey === undefined ? 'platform' : 'client';
  const state = isGoing === true ? ('destroyScheduled' as const) : ('enabled' as const);
  return { encryptionId, algorithm: 'AES-256-GCM', state, mode };
}

function remove(encryption: FakeEncryption): void {
  if (encryption.isGoing === true) throw new AppError('conflict');
  encryption.isGoing = true;
}

function addVersion({ versions }: FakeEncryption): { newVersionId: string } {
  const newVersionId = randomUUID();
  versions.push(newVersionId);
  return { newVersionId };
}

function versionsOf({ versions }: FakeEncryption) {
  return {
    items: versions.map((encryptionVersionId, index) => ({
      encryptionVersionId,
      number: index + 1,
      state: index === versions.length - 1 ? ('active' as const) : ('deactivated' as const),
      algorithm: 'AES-256-GCM',
      createdAt: '2030-01-01T00:00:00.000Z',
      messages: 0,
    })),
  };
}
