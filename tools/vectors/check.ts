import type { Fields } from './fields.js';

/** What the project's code makes of a vector's input: bytes as lower-case hex, all else as it is on the wire. */
export interface Computed {
  /** Every step between, by the name that it has in the file. */
  readonly steps?: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>>;
  /** What must hold besides, such as that the result opens again. */
  readonly holds?: boolean;
}

/** Computes a vector; undefined where the project does not have yet what the vector needs. */
export type Compute = (input: Fields) => Computed | undefined | Promise<Computed>;

/**
 * Does what must be refused; undefined where the project does not have yet what it needs, else the function that throws. `releasable` is
 * how many bytes of plaintext may be given out before that.
 */
export type Attempt = (
  input: Fields,
  releasable: number | undefined,
) => (() => unknown) | undefined;
