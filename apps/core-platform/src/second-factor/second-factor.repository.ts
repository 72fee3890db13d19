import type { Act } from '../audit/act.js';

/** A second factor as it is stored. */
export interface StoredFactor {
  /** Sealed, for the place totp_factor, secret and the user's id. */
  readonly secret: string;
  readonly isConfirmed: boolean;
}

/** For how long a place is known after it was last used. */
export const PLACE_MILLIS = 90 * 86_400_000;

/** Where and when a code was taken. */
export interface TakenAt {
  /** The place by its hash; absent where it is not to be remembered. */
  readonly place: Buffer | undefined;
  readonly at: Date;
}

export abstract class SecondFactorRepository {
  abstract find(userId: string): Promise<StoredFactor | undefined>;

  /** Puts an unconfirmed factor in place of one that is not confirmed either. @returns false where there is a confirmed one. */
  abstract replaceUnconfirmed(userId: string, secret: string, act: Act): Promise<boolean>;

  /**
   * Confirms the factor that has this sealed secret, and stores its recovery codes.
   *
   * @param step - of the code that confirmed it, which is used up by that.
   * @returns false where it was replaced, confirmed or removed meanwhile.
   */
  abstract confirm(
    userId: string,
    confirmed: {
      readonly secret: string;
      readonly step: number;
      readonly codes: readonly Buffer[];
    },
    act: Act,
  ): Promise<boolean>;

  /** Removes a confirmed factor with its recovery codes. @returns false where there is none. */
  abstract remove(userId: string, act: Act): Promise<boolean>;

  /** Takes the code of a time step. @returns false where one of it or of a later one was taken before. Of two at once, one is taken. */
  abstract takeStep(userId: string, step: number, taken: TakenAt): Promise<boolean>;

  /** Takes a recovery code. @returns false where there is no such code, or it was taken before. */
  abstract takeRecoveryCode(
    userId: string,
    hash: Buffer,
    taken: TakenAt,
    act: Act,
  ): Promise<boolean>;

  /** Whether a code of that person was taken from a place since a time. */
  abstract isKnown(userId: string, place: Buffer, since: Date): Promise<boolean>;
}
