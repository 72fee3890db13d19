import { computeTotp, deriveArgon2id, type TotpHash } from '@app/credentials';
import {
  AEADS,
  ed25519PublicKey,
  hkdf,
  hmacSha256,
  importRsaKeyPair,
  MessageOpener,
  openOaep,
  takeKey,
  verifyEd25519,
} from '@app/crypto/vectors';
import { SecretKey } from '@app/client-keys';
import { openHpke } from '@app/client-keys/vectors';
import type { Fields } from '../vectors/fields.js';
import { KatError, orRefuse } from './kat-error.js';

/** The members of an answer beside `id` and `ok`. */
export type KatResult = Readonly<Record<string, string>>;

/** Computes a case; refuses it by throwing. */
export type KatOperation = (input: Fields) => KatResult | Promise<KatResult>;

const TOTP_HASHES = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const;
const DIGITS = [6, 7, 8] as const;
const HASHES = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const;
const SHA256_BYTES = 32;
const X25519_BYTES = 32;
/** RFC 4226, section 4, R6: "The length of the shared secret MUST be at least 128 bits". */
const LEAST_TOTP_SECRET_BYTES = 16;
/** An Ed25519 public key in DER up to its 32 bytes (RFC 8410, section 4): the one encoding that there is. */
const ED25519_SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_SPKI_BYTES = 44;
/** So that no case takes the machine's memory or minutes. */
const MOST_ARGON2 = { t: 16, m: 1_048_576, p: 16, size: 1024 };
/** RFC 9106, section 3.1: bytes of hash and salt, KiB for each lane. */
const LEAST_ARGON2 = { size: 4, salt: 8, memoryPerLane: 8 };

/** The row of a table that a case names; a name that is not in it is of something that the library does not have. */
function pick<T>(table: Readonly<Record<string, T>>, input: Fields, name: string): T {
  const key = input.text(name);
  const row = Object.hasOwn(table, key) ? table[key] : undefined;
  if (row === undefined) throw new KatError('unsupported');
  return row;
}

/** A number from 1 on: nothing of what is counted here can be none. */
function countUpTo(input: Fields, name: string, most: number): number {
  const count = input.count(name);
  if (count < 1 || count > most) throw new KatError('invalid_request');
  return count;
}

function seal(input: Fields): KatResult {
  const aead = pick(AEADS, input, 'alg');
  const sealing = { nonce: input.bytes('iv'), aad: input.bytes('aad') };
  const { ciphertext, tag } = aead.seal(takeKey(input.bytes('key')), sealing, input.bytes('msg'));
  return { ct: ciphertext.toString('hex'), tag: tag.toString('hex') };
}

function open(input: Fields): KatResult {
  const aead = pick(AEADS, input, 'alg');
  const sealing = { nonce: input.bytes('iv'), aad: input.bytes('aad') };
  const sealed = { ciphertext: input.bytes('ct'), tag: input.bytes('tag') };
  const message = orRefuse(aead.open(takeKey(input.bytes('key')), sealing, sealed));
  return { msg: message.toString('hex') };
}

function deriveHkdf(input: Fields): KatResult {
  const hash = pick(HASHES, input, 'hash');
  const [ikm, salt, info] = [input.bytes('ikm'), input.bytes('salt'), input.bytes('info')];
  const bytes = input.count('size');
  return { okm: hkdf({ hash, ikm, salt, info, bytes }).toString('hex') };
}

/** The library never shortens a MAC; here the beginning of the whole one is answered. */
function mac(input: Fields): KatResult {
  pick({ 'SHA-256': true }, input, 'hash');
  const tag = hmacSha256(takeKey(input.bytes('key')), input.bytes('msg'));
  return { tag: tag.toString('hex', 0, countUpTo(input, 'size', SHA256_BYTES)) };
}

async function openHpkeMessage(input: Fields): Promise<KatResult> {
  const recipient = new SecretKey(input.bytes('privateKey'), 'privateKey');
  const message = { info: input.bytes('info'), aad: input.bytes('aad') };
  const enc = input.bytes('enc');
  // Cut anew from what it is joined with, so that an enc of another length would be read as ciphertext.
  if (enc.length !== X25519_BYTES) throw new KatError('invalid_request');
  const sealed = Buffer.concat([enc, input.bytes('ct')]);
  return { msg: Buffer.from(await openHpke(recipient, message, sealed)).toString('hex') };
}

function openRsaOaep(input: Fields): KatResult {
  pick({ 'SHA-256': true }, input, 'hash');
  const pair = orRefuse(importRsaKeyPair(input.bytes('privateKey')));
  const message = openOaep(pair.privateKey, input.bytes('label'), input.bytes('ct'));
  return { msg: orRefuse(message).toString('hex') };
}

function verify(input: Fields): KatResult {
  pick({ EdDSA: true }, input, 'alg');
  const spki = input.bytes('publicKey');
  const head = spki.subarray(0, ED25519_SPKI_HEAD.length);
  if (spki.length !== ED25519_SPKI_BYTES || !head.equals(ED25519_SPKI_HEAD))
    throw new KatError('invalid_request');
  const key = ed25519PublicKey(spki.subarray(head.length));
  const isRight = verifyEd25519(key, input.bytes('msg'), input.bytes('sig'));
  if (!isRight) throw new KatError('decryption_failed');
  return {};
}

function openChunked(input: Fields): KatResult {
  const opener = new MessageOpener(takeKey(input.bytes('key')), input.bytes('context'));
  const chunks = [...opener.update(input.bytes('ct'))];
  return { msg: Buffer.concat([...chunks, opener.end()]).toString('hex') };
}

async function hashArgon2id(input: Fields): Promise<KatResult> {
  const cost = {
    timeCost: countUpTo(input, 't', MOST_ARGON2.t),
    memoryKiB: countUpTo(input, 'm', MOST_ARGON2.m),
    parallelism: countUpTo(input, 'p', MOST_ARGON2.p),
  };
  const [size, salt] = [countUpTo(input, 'size', MOST_ARGON2.size), input.bytes('salt')];
  // The package says no to these in words of its own.
  const isEnough =
    size >= LEAST_ARGON2.size &&
    salt.length >= LEAST_ARGON2.salt &&
    cost.memoryKiB >= LEAST_ARGON2.memoryPerLane * cost.parallelism;
  if (!isEnough) throw new KatError('invalid_request');
  const hash = await deriveArgon2id(input.bytes('password'), cost, salt, size);
  return { hash: hash.toString('hex') };
}

/** RFC 6238, with steps of 30 seconds from 1970 on. */
function makeTotp(input: Fields): KatResult {
  const hash = pick<TotpHash>(TOTP_HASHES, input, 'hash');
  const digits = DIGITS.find((count) => count === input.count('digits'));
  if (digits === undefined) throw new KatError('unsupported');
  const [secret, time] = [input.bytes('secret'), input.count('time')];
  if (secret.length < LEAST_TOTP_SECRET_BYTES) throw new KatError('invalid_request');
  return { code: computeTotp(secret, time, { hash, digits }) };
}

/** The operations of known-answer tests, each over the function that the apps use. An operation that is not here is unsupported. */
export const KAT_OPERATIONS: Readonly<Record<string, KatOperation>> = {
  seal,
  open,
  hkdf: deriveHkdf,
  hmac: mac,
  'rsa-oaep-open': openRsaOaep,
  verify,
  'chunked-open': openChunked,
  'hpke-open': openHpkeMessage,
  argon2id: hashArgon2id,
  totp: makeTotp,
};
