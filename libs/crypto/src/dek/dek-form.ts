import { encodeMembers, splitMembers } from '@app/encoding';
import { SUITES, type SuiteName } from '../suites.js';

/** Bytes of the symmetric secret that every version's key holds. */
export const DEK_SECRET_BYTES = 32;
/** Secret and private key. */
const MEMBERS = 2;
/** A PKCS#8 of 3,072 bits has some 1,790 bytes; more is no key of ours, and a record has a bound. */
const MAX_PKCS8_BYTES = 2048;

/** What a version's key is made of: views of it, borrowed as it is. */
export interface DekParts {
  /** 32 bytes, from which all else is derived. */
  readonly secret: Buffer;
  /** A private key in DER, for a suite with keys of its own for each message. */
  readonly pkcs8: Buffer | undefined;
}

/** A version's key of a suite with message keys: E(secret, PKCS#8), new bytes owned by the caller. */
export function encodeRsaDek(secret: Buffer, pkcs8: Buffer): Buffer {
  return encodeMembers(secret, pkcs8);
}

/** Takes a version's key apart; undefined where it has not the form that its suite asks for. The private key is not looked at. */
export function parseDek(suite: SuiteName, dek: Buffer): DekParts | undefined {
  const members = SUITES[suite].hasMessageKeys ? splitMembers(dek, MEMBERS) : [dek];
  const [secret, pkcs8] = members ?? [];
  if (secret?.length !== DEK_SECRET_BYTES) return undefined;
  if (pkcs8 !== undefined && (pkcs8.length === 0 || pkcs8.length > MAX_PKCS8_BYTES))
    return undefined;
  return { secret, pkcs8 };
}
