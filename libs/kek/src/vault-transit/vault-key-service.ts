import { decodeBase64, encodeBase64, isCanonicalBase64 } from '@app/encoding';
import { type KeyBinding, type KeyService, KeyServiceError } from '../remote/key-service.js';
import type { VaultAnswer } from './vault-connection.js';
import { vaultError } from './vault-error.js';
import type { VaultSession } from './vault-session.js';

const CIPHERTEXT = /^vault:v[1-9]\d{0,9}:[A-Za-z0-9+/]+={0,2}$/;
/** Types that take associated data. With another one a ciphertext would be bound to nothing. */
const AEAD_TYPES = new Set(['aes256-gcm96', 'chacha20-poly1305', 'xchacha20-poly1305']);

function dataOf(answer: VaultAnswer): Record<string, unknown> {
  if (answer.status !== 200) throw vaultError(answer);
  const { body } = answer;
  const data: unknown =
    typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;
  if (typeof data === 'object' && data !== null) return data as Record<string, unknown>;
  throw new KeyServiceError('nonsense', 'Vault: an answer without data');
}

/**
 * A key of the Transit engine of Vault or OpenBao. B is the associated data, so that Vault itself refuses a ciphertext in another place.
 * `provided` is the text of the ciphertext, `vault:v1:…`.
 *
 * Requests are JSON, so the key is a base64 text on its way; JavaScript cannot overwrite that.
 */
export class VaultKeyService implements KeyService {
  constructor(
    private readonly session: VaultSession,
    private readonly mount: string,
    private readonly key: string,
  ) {}

  async wrapKey({ aad }: KeyBinding, key: Buffer, signal: AbortSignal): Promise<Buffer> {
    await this.#assertUsable(signal);
    const body = { plaintext: encodeBase64(key), associated_data: encodeBase64(aad) };
    const path = `${this.mount}/encrypt/${this.key}`;
    const { ciphertext } = dataOf(await this.session.send({ method: 'POST', path, body, signal }));
    if (typeof ciphertext === 'string' && CIPHERTEXT.test(ciphertext)) {
      return Buffer.from(ciphertext, 'utf8');
    }
    throw new KeyServiceError('nonsense', 'Vault: a ciphertext of another form');
  }

  async unwrapKey({ aad }: KeyBinding, provided: Buffer, signal: AbortSignal): Promise<Buffer> {
    const ciphertext = provided.toString('latin1');
    if (!CIPHERTEXT.test(ciphertext)) {
      throw new KeyServiceError('refused', 'what is stored is no ciphertext of Vault');
    }
    const body = { ciphertext, associated_data: encodeBase64(aad) };
    const path = `${this.mount}/decrypt/${this.key}`;
    const { plaintext } = dataOf(await this.session.send({ method: 'POST', path, body, signal }));
    if (isCanonicalBase64(plaintext)) return decodeBase64(plaintext, 'plaintext');
    throw new KeyServiceError('nonsense', 'Vault: a plaintext of another form');
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /**
   * Encrypting with a key that is not there makes one, where the policy allows that: whoever mistypes a name, or deletes a key, must hear
   * of it instead. Asked each time, since new records are rare and the key may have gone.
   */
  async #assertUsable(signal: AbortSignal): Promise<void> {
    const path = `${this.mount}/keys/${this.key}`;
    const { type, derived } = dataOf(await this.session.send({ method: 'GET', path, signal }));
    if (typeof type === 'string' && AEAD_TYPES.has(type) && derived !== true) return;
    throw new KeyServiceError('denied', 'Vault: the key is of a type that binds nothing');
  }
}
