import type { KeyObject } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Clock } from '@app/ambient';
import { isUuid } from '@app/encoding';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import type { SigningKey } from './signing-key.js';

/** How long an access token is good: 15 minutes. */
export const ACCESS_TOKEN_SECONDS = 900;

/** By how much the clocks of two replicas may differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

const ALGORITHM = 'EdDSA';
const TYPE = 'at+jwt';
const CLIENT_ID = 'keyward';
const MAX_TOKEN_LENGTH = 2_048;
const HEADER_MEMBERS: readonly string[] = ['alg', 'kid', 'typ'];
const KID = /^[A-Za-z0-9_-]{43}$/;

/** What an access token says. There are no roles in it: those are read for each request. */
export interface AccessClaims {
  /** The person. */
  readonly userId: string;
  /** The session, which may have ended since. */
  readonly sessionId: string;
}

export interface AccessTokensOptions {
  /** The core's public URL. */
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}

/** Finds a public key of this core by its `kid`, in the core's own store and nowhere else. */
export type FindPublicKey = (kid: string) => Promise<KeyObject | undefined>;

/** Access tokens after RFC 9068, signed with Ed25519. */
export class AccessTokens {
  readonly #options: AccessTokensOptions;

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /** @param tokenId - a new UUID, `jti`. */
  async sign(key: SigningKey, claims: AccessClaims, tokenId: string): Promise<SecretString> {
    const issuedAt = Math.floor(this.#options.clock.nowMillis() / 1_000);
    const token = await new SignJWT({ sid: claims.sessionId, client_id: CLIENT_ID })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.kid })
      .setIssuer(this.#options.issuer)
      .setAudience(this.#options.audience)
      .setSubject(claims.userId)
      .setJti(tokenId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
      .sign(key.privateKey);
    return new SecretString(token);
  }

  /**
   * @throws AppError `unauthenticated`, the same for every cause, and whatever `findKey` throws.
   */
  async verify(token: string, findKey: FindPublicKey): Promise<AccessClaims> {
    const kid = readKid(token);
    const key = kid === undefined ? undefined : await findKey(kid);
    if (key?.asymmetricKeyType !== 'ed25519') throw new AppError('unauthenticated');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: this.#options.issuer,
        audience: this.#options.audience,
        requiredClaims: ['sub', 'sid', 'jti', 'iat', 'exp'],
        maxTokenAge: ACCESS_TOKEN_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: this.#options.clock.now(),
      });
      return readClaims(payload);
    } catch (cause) {
      throw new AppError('unauthenticated', { cause });
    }
  }
}

/**
 * The `kid` of a token whose header has exactly the members that this core writes. RFC 7515 has others (`jku`, `jwk`, `x5u`, `x5c`, `crit`)
 * that let a token bring its own key or its own rules; a list of what is taken refuses all of them, and those to come.
 */
function readKid(token: string): string | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined;
  try {
    const header = decodeProtectedHeader(token);
    const plain = Object.keys(header).every((member) => HEADER_MEMBERS.includes(member));
    const ours = plain && header.alg === ALGORITHM && header.typ === TYPE;
    return ours && header.kid !== undefined && KID.test(header.kid) ? header.kid : undefined;
  } catch {
    // Not even a header: the same refusal as for any other token that is not ours.
    return undefined;
  }
}

function readClaims(payload: JWTPayload): AccessClaims {
  const { sub, sid } = payload;
  if (!isUuid(sub) || !isUuid(sid)) throw new TypeError('a token of ours names two UUIDs');
  return { userId: sub, sessionId: sid };
}
