import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { TwinDecrypt, TwinEncrypt } from './twin-requests.js';

const ALGORITHM = 'AES-256-GCM';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM with the ids as associated data, and nothing else: it is not committing, and its blobs are of no format. */
export class TwinCipher {
  readonly #key: KeyObject;
  readonly #versionId: string;

  constructor(key: KeyObject, versionId: string) {
    this.#key = key;
    this.#versionId = versionId;
  }

  seal({ encryptionId, data }: TwinEncrypt): TwinDecrypt {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(this.#associatedData(encryptionId, this.#versionId));
    const sealed = Buffer.concat([cipher.update(data, 'utf8'), cipher.final()]);
    return {
      cipherText: sealed.toString('base64'),
      encryptionId,
      encryptionVersionId: this.#versionId,
      algorithm: ALGORITHM,
      metadata: { iv: nonce.toString('base64'), tag: cipher.getAuthTag().toString('base64') },
    };
  }

  /** Throws what node:crypto throws where the blob does not open. */
  open(request: TwinDecrypt): { data: string; encoding: 'utf8' } {
    const { encryptionId, encryptionVersionId, cipherText, metadata } = request;
    const nonce = Buffer.from(metadata.iv, 'base64');
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#associatedData(encryptionId, encryptionVersionId));
    decipher.setAuthTag(Buffer.from(metadata.tag, 'base64'));
    const opened = Buffer.concat([decipher.update(cipherText, 'base64'), decipher.final()]);
    return { data: opened.toString('utf8'), encoding: 'utf8' };
  }

  #associatedData(encryptionId: string, versionId: string): Buffer {
    return Buffer.from(`${ALGORITHM} ${encryptionId} ${versionId}`, 'utf8');
  }
}
