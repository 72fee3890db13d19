/** A bound on what one key may seal: whichever of the two is met first. */
export interface SuiteLimit {
  readonly messages: number;
  /** Bytes of plaintext. */
  readonly bytes: number;
}

/** The authenticated ciphers, by their wire names. */
export type AeadName = 'AES-256-GCM' | 'XAES-256-GCM' | 'ChaCha20-Poly1305';

/** The wire name of a suite. */
export type SuiteName = AeadName | 'RSA-OAEP-3072-SHA256+AES-256-GCM';

/** Everything that is fixed about one algorithm of the wire, in one place. A caller picks a row, never a size or a mode. */
export interface Suite {
  /** The wire name, which is also what is authenticated. */
  readonly name: SuiteName;
  /** The cipher of the data. */
  readonly aead: AeadName;
  /**
   * Whether each message is sealed under a fresh key of its own, which is sealed to the version's RSA key; a version's key then holds a
   * private key beside its 32 bytes.
   */
  readonly hasMessageKeys: boolean;
  readonly nonceBytes: number;
  readonly tagBytes: number;
  /** From here on the version is to be rotated. */
  readonly softLimit: SuiteLimit;
  /** From here on the version must refuse: two of the random nonces may be alike (NIST SP 800-38D, section 8.3). */
  readonly hardLimit: SuiteLimit;
}

const TAG_BYTES = 16;

/** Random nonces of 12 bytes under one key. */
const SHORT_NONCES = {
  nonceBytes: 12,
  tagBytes: TAG_BYTES,
  softLimit: Object.freeze({ messages: 2 ** 31, bytes: 2 ** 44 }),
  hardLimit: Object.freeze({ messages: 2 ** 32, bytes: 2 ** 52 }),
};

/** Beyond what anybody seals, and within what a number counts exactly; 2^80 messages would be right. */
const NO_PRACTICAL_LIMIT = {
  tagBytes: TAG_BYTES,
  softLimit: Object.freeze({ messages: 2 ** 52, bytes: 2 ** 52 }),
  hardLimit: Object.freeze({ messages: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER }),
};

/** The suites by their wire names. */
export const SUITES: Readonly<Record<SuiteName, Suite>> = Object.freeze({
  'AES-256-GCM': Object.freeze({
    name: 'AES-256-GCM',
    aead: 'AES-256-GCM',
    hasMessageKeys: false,
    ...SHORT_NONCES,
  }),
  'XAES-256-GCM': Object.freeze({
    name: 'XAES-256-GCM',
    aead: 'XAES-256-GCM',
    hasMessageKeys: false,
    nonceBytes: 24,
    ...NO_PRACTICAL_LIMIT,
  }),
  'ChaCha20-Poly1305': Object.freeze({
    name: 'ChaCha20-Poly1305',
    aead: 'ChaCha20-Poly1305',
    hasMessageKeys: false,
    ...SHORT_NONCES,
  }),
  'RSA-OAEP-3072-SHA256+AES-256-GCM': Object.freeze({
    name: 'RSA-OAEP-3072-SHA256+AES-256-GCM',
    aead: 'AES-256-GCM',
    hasMessageKeys: true,
    nonceBytes: 12,
    ...NO_PRACTICAL_LIMIT,
  }),
});

/** The suite of a wire name; undefined where there is none, which the caller answers with `unsupported_algorithm`. */
export function suiteNamed(name: string): Suite | undefined {
  return Object.hasOwn(SUITES, name) ? SUITES[name as SuiteName] : undefined;
}
