import type { KeyBinding, KeyService } from '../remote/key-service.js';
import type { TokenClient } from './token-client.js';

/**
 * A key in a token. An AES key wraps with AES-GCM, its nonce of 12 random bytes made here, the binding as additional authenticated data;
 * `provided` is nonce, ciphertext and tag. An RSA key wraps with RSA-OAEP, which can bind a ciphertext to nothing: the binding is then
 * the outer AES-GCM's and the row's MAC.
 */
export class Pkcs11KeyService implements KeyService {
  constructor(private readonly token: TokenClient) {}

  wrapKey({ aad }: KeyBinding, key: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.token.ask({ kind: 'wrap', key, aad }, signal);
  }

  unwrapKey({ aad }: KeyBinding, provided: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.token.ask({ kind: 'unwrap', provided, aad }, signal);
  }

  close(): Promise<void> {
    this.token.close();
    return Promise.resolve();
  }
}
