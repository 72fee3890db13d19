import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import type { SealingKey } from './core-keys.js';

/** Where a sealed secret is stored. It opens only there. */
export interface SecretPlace {
  readonly table: string;
  readonly column: string;
  /** The row's primary key, as text. */
  readonly rowId: string;
}

const ALGORITHM = 'dir';
const ENCRYPTION = 'A256GCM';
const MAX_SEALED_LENGTH = 65_536;

/**
 * Seals the core's own secrets (credentials of a service, signing keys) for its database, as compact JWE (RFC 7516) with `dir` and
 * `A256GCM`. The place stands in the protected header, so that a sealed text moved to another row, column or table does not open.
 *
 * Its nonces are random (96 bits); fewer than 2^32 secrets may be sealed under one key (NIST SP 800-38D, section 8.3).
 */
export class SecretSealer {
  readonly #key: SealingKey;

  constructor(key: SealingKey) {
    this.#key = key;
  }

  /** @returns the JWE in compact form, to be stored at `place`. */
  async seal(place: SecretPlace, secret: SecretString): Promise<string> {
    const { table, column, rowId } = place;
    return new CompactEncrypt(Buffer.from(secret.expose(), 'utf8'))
      .setProtectedHeader({
        alg: ALGORITHM,
        enc: ENCRYPTION,
        kid: this.#key.kid,
        table,
        column,
        row: rowId,
      })
      .encrypt(this.#key.key);
  }

  /**
   * Opens what {@link seal} gave for the same place.
   *
   * @throws AppError `internal`, with an alarm, for anything else: another place, another key, a changed text. Which of them is not told.
   */
  async open(place: SecretPlace, sealed: string): Promise<SecretString> {
    try {
      this.#assertSealedHere(place, sealed);
      const { plaintext } = await compactDecrypt(sealed, this.#key.key, {
        keyManagementAlgorithms: [ALGORITHM],
        contentEncryptionAlgorithms: [ENCRYPTION],
      });
      const text = Buffer.from(plaintext).toString('utf8');
      plaintext.fill(0);
      return new SecretString(text);
    } catch (cause) {
      throw new AppError('internal', { alarm: 'sealed_secret_integrity', cause });
    }
  }

  /** Looks at the header before it is authenticated: what it says only ever refuses, and the cipher covers it afterwards. */
  #assertSealedHere(place: SecretPlace, sealed: string): void {
    if (sealed.length > MAX_SEALED_LENGTH) throw new RangeError('a sealed secret is too long');
    const header = decodeProtectedHeader(sealed);
    const here =
      header.kid === this.#key.kid &&
      header['table'] === place.table &&
      header['column'] === place.column &&
      header['row'] === place.rowId;
    if (!here || 'zip' in header) throw new Error('a sealed secret is of another place or key');
  }
}
