import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { type KeyBinding, type KeyService, KeyServiceError } from '../remote/key-service.js';
import { awsError } from './aws-error.js';

const ALGORITHM = 'SYMMETRIC_DEFAULT';

/** The part of an answer that says which key was used. */
interface Used {
  readonly KeyId?: string | undefined;
}

/**
 * A symmetric key of AWS KMS. The ids are its encryption context, so that KMS itself refuses a ciphertext in another place, and CloudTrail
 * shows what was opened. `provided` is the CiphertextBlob.
 *
 * The SDK makes text of the key for its request; JavaScript cannot overwrite that.
 */
export class AwsKeyService implements KeyService {
  constructor(
    private readonly client: KMSClient,
    private readonly keyArn: string,
  ) {}

  async wrapKey({ names }: KeyBinding, key: Buffer, signal: AbortSignal): Promise<Buffer> {
    const command = new EncryptCommand({
      KeyId: this.keyArn,
      Plaintext: key,
      EncryptionContext: names,
      EncryptionAlgorithm: ALGORITHM,
    });
    const answer = await this.#ask(() => this.client.send(command, { abortSignal: signal }));
    return Buffer.from(this.#take(answer.CiphertextBlob, answer));
  }

  async unwrapKey({ names }: KeyBinding, provided: Buffer, signal: AbortSignal): Promise<Buffer> {
    const command = new DecryptCommand({
      // Always given: without it KMS takes whatever key the ciphertext names, also one of another account.
      KeyId: this.keyArn,
      CiphertextBlob: provided,
      EncryptionContext: names,
      EncryptionAlgorithm: ALGORITHM,
    });
    const answer = await this.#ask(() => this.client.send(command, { abortSignal: signal }));
    const plaintext = this.#take(answer.Plaintext, answer);
    const key = Buffer.from(plaintext);
    plaintext.fill(0);
    return key;
  }

  close(): Promise<void> {
    this.client.destroy();
    return Promise.resolve();
  }

  async #ask<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw awsError(error);
    }
  }

  #take(bytes: Uint8Array | undefined, { KeyId }: Used): Uint8Array {
    if (bytes !== undefined && KeyId === this.keyArn) return bytes;
    bytes?.fill(0);
    throw new KeyServiceError('nonsense', 'AWS KMS: an answer without bytes, or of another key');
  }
}
