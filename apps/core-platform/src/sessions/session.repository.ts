import type { Act } from '../audit/act.js';

/** A refresh token as it is stored: by its hash. */
export interface StoredToken {
  readonly hash: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Whose refresh token it is. */
export interface TokenOwner {
  readonly sessionId: string;
  readonly userId: string;
}

/** `replaced`: the old token is used up, the new one stored. `reused`: it had been used before, and now its session has ended. */
export type Replacement = 'replaced' | 'reused' | 'refused';

export abstract class SessionRepository {
  /** Also forgets sessions of that person that ended or expired long ago. */
  abstract start(owner: TokenOwner, token: StoredToken, act: Act): Promise<void>;

  abstract findOwner(hash: Buffer): Promise<TokenOwner | undefined>;

  /**
   * Uses a token up and stores its successor, if it is fresh and its session stands. Of two uses at once, one finds the token used. Used
   * ones of the session are forgotten once they would have expired.
   *
   * @param acts - the record for each of the two outcomes that change something.
   */
  abstract replaceToken(
    owner: TokenOwner,
    used: Buffer,
    successor: StoredToken,
    acts: { readonly replaced: Act; readonly reused: Act },
  ): Promise<Replacement>;

  /** Ends a session; one that has ended already is left as it is, without a record. */
  abstract end(owner: TokenOwner, act: Act): Promise<void>;
}
