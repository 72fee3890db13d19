/** A bound on what one key may seal: whichever of the two is met first. */
export interface SuiteLimit {
  readonly messages: number;
  /** Bytes of plaintext. */
  readonly bytes: number;
}

/** Everything that is fixed about one algorithm of the wire, in one place. A caller picks a row, never a size or a mode. */
export interface Suite {
  /** The wire name, which is also what is authenticated. */
  readonly name: SuiteName;
  /** Bytes of a version's key. */
  readonly dekBytes: number;
  readonly nonceBytes: number;
  readonly tagBytes: number;
  /** From here on the version is to be rotated. */
  readonly softLimit: SuiteLimit;
  /** From here on the version must refuse: two of the random nonces may be alike (NIST SP 800-38D, section 8.3). */
  readonly hardLimit: SuiteLimit;
}

/** The wire name of a suite that this version of the project has. */
export type SuiteName = 'AES-256-GCM';

/** The suites by their wire names. */
export const SUITES: Readonly<Record<SuiteName, Suite>> = Object.freeze({
  'AES-256-GCM': Object.freeze({
    name: 'AES-256-GCM',
    dekBytes: 32,
    nonceBytes: 12,
    tagBytes: 16,
    softLimit: Object.freeze({ messages: 2 ** 31, bytes: 2 ** 44 }),
    hardLimit: Object.freeze({ messages: 2 ** 32, bytes: 2 ** 52 }),
  }),
});

/** The suite of a wire name; undefined where there is none, which the caller answers with `unsupported_algorithm`. */
export function suiteNamed(name: string): Suite | undefined {
  return Object.hasOwn(SUITES, name) ? SUITES[name as SuiteName] : undefined;
}
