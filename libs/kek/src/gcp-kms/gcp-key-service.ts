import type { KeyManagementServiceClient } from '@google-cloud/kms';
import { type KeyBinding, type KeyService, KeyServiceError } from '../remote/key-service.js';
import { crc32c } from './crc32c.js';
import { gcpError, type GcpOperation } from './gcp-error.js';

/** What gRPC hands over where the service sent bytes, or nothing. */
type SentBytes = Uint8Array | string | null | undefined;

/** A checksum as it is on the wire, a 64-bit number. */
type SentChecksum = { readonly value?: unknown } | null | undefined;

interface CallSettings {
  readonly timeout: number;
  readonly retry: { retryCodes: number[] };
  readonly signal: AbortSignal;
}

function checksumOf(bytes: Uint8Array): { readonly value: number } {
  return { value: crc32c(bytes) };
}

/** The bytes, in a buffer of their own, where they are what the service sent. The SDK's copy is overwritten. */
function intact(bytes: SentBytes, checksum: SentChecksum): Buffer {
  const isWhole =
    bytes instanceof Uint8Array && String(checksum?.value) === crc32c(bytes).toString();
  const copy = isWhole ? Buffer.from(bytes) : undefined;
  if (bytes instanceof Uint8Array) bytes.fill(0);
  if (copy === undefined) throw damaged('what came back is not what was sent');
  return copy;
}

/** DEADLINE_EXCEEDED of gRPC: the time that was sent along is over. */
function isOverdue(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 4;
}

/** Ends a client that was opened, if it was. */
async function closed(opened: Promise<KeyManagementServiceClient>): Promise<void> {
  const client = await opened.catch(() => undefined);
  await client?.close();
}

function damaged(detail: string): KeyServiceError {
  return new KeyServiceError('nonsense', `Google Cloud KMS: ${detail}`);
}

/**
 * A symmetric key of Google Cloud KMS: Encrypt and Decrypt with the binding as additional authenticated data. Checksums are sent and
 * checked on both ways, as Google asks for ("Verifying end-to-end data integrity"): a key that was damaged on its way to be wrapped
 * would be lost.
 */
export class GcpKeyService implements KeyService {
  #opened: Promise<KeyManagementServiceClient> | undefined;

  /**
   * @param keyName - the key's resource name, without a version.
   * @param open - makes a client that has found its credentials; asked again where it failed.
   * @param tryTimeout - in milliseconds; sent along, so that the service gives up too.
   */
  constructor(
    private readonly keyName: string,
    private readonly open: () => Promise<KeyManagementServiceClient>,
    private readonly tryTimeout: number,
  ) {}

  wrapKey({ aad }: KeyBinding, key: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.#call('encrypt', signal, async (client, settings) => {
      const request = {
        name: this.keyName,
        plaintext: key,
        plaintextCrc32c: checksumOf(key),
        additionalAuthenticatedData: aad,
        additionalAuthenticatedDataCrc32c: checksumOf(aad),
      };
      const [answer] = await client.encrypt(request, settings);
      const { verifiedPlaintextCrc32c, verifiedAdditionalAuthenticatedDataCrc32c } = answer;
      if (!verifiedPlaintextCrc32c || !verifiedAdditionalAuthenticatedDataCrc32c) {
        throw damaged('it has not seen the checksums');
      }
      if (!answer.name?.startsWith(`${this.keyName}/cryptoKeyVersions/`)) {
        throw damaged('an answer of another key');
      }
      return intact(answer.ciphertext, answer.ciphertextCrc32c);
    });
  }

  unwrapKey({ aad }: KeyBinding, provided: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.#call('decrypt', signal, async (client, settings) => {
      const request = {
        name: this.keyName,
        ciphertext: provided,
        ciphertextCrc32c: checksumOf(provided),
        additionalAuthenticatedData: aad,
        additionalAuthenticatedDataCrc32c: checksumOf(aad),
      };
      const [answer] = await client.decrypt(request, settings);
      return intact(answer.plaintext, answer.plaintextCrc32c);
    });
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) await closed(opened);
  }

  async #call(
    operation: GcpOperation,
    signal: AbortSignal,
    ask: (client: KeyManagementServiceClient, settings: CallSettings) => Promise<Buffer>,
  ): Promise<Buffer> {
    const opened = this.#client();
    try {
      const client = await opened;
      return await ask(client, { signal, timeout: this.tryTimeout, retry: { retryCodes: [] } });
    } catch (error) {
      if (signal.aborted || isOverdue(error)) this.#leave(opened);
      throw gcpError(error, operation);
    }
  }

  /**
   * All calls share one connection, and one whose other end has vanished looks like a service that is slow, for a quarter of an hour
   * until the operating system gives it up. So the next call has a new one; what still runs on the old one ends there.
   */
  #leave(opened: Promise<KeyManagementServiceClient>): void {
    if (this.#opened !== opened) return;
    this.#opened = undefined;
    void closed(opened);
  }

  #client(): Promise<KeyManagementServiceClient> {
    this.#opened ??= this.open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }
}
