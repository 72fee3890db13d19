import { DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { joinBytes } from './bytes.js';
import { sealHpke } from './hpke.js';
import { type SealedFor, sealMessage } from './sealed-copy.js';
import type { SecretKey } from './secret-key.js';
import { agree, importKeyPair, importPublicKey } from './x25519.js';

// The door for those who run vectors: what takes a nonce or an ephemeral key, and what lies one layer below the index.
export { loginInfo, memberKeyInfo, saltOf } from './derivation.js';
export { openHpke } from './hpke.js';
export { privateKeyLock, wrapPrivateKeyWith } from './key-pair.js';

/** {@link sealMasterKey} with its ephemeral key given. */
export async function sealMasterKeyWith(
  ephemeral: SecretKey,
  publicKey: Uint8Array,
  place: SealedFor,
  masterKey: SecretKey,
): Promise<Uint8Array> {
  return await sealHpke(publicKey, sealMessage(place), masterKey.expose(), ephemeral);
}

/** RFC 9180, section 5.1: the suite's id, of DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM. */
const SUITE = Uint8Array.of(0x48, 0x50, 0x4b, 0x45, 0, 0x20, 0, 1, 0, 2);
const MODE_BASE = Uint8Array.of(0);
const NOTHING = new Uint8Array();

/** The steps of one sealed copy that the public functions do not show. */
export interface SealSteps {
  readonly info: Uint8Array;
  readonly dh: Uint8Array;
  readonly sharedSecret: Uint8Array;
  readonly key: Uint8Array;
  readonly baseNonce: Uint8Array;
}

/** Goes the steps of RFC 9180, sections 4.1 and 5.1, over the parts of the library that seals. */
export async function sealSteps(
  ephemeral: SecretKey,
  publicKey: Uint8Array,
  place: SealedFor,
): Promise<SealSteps> {
  const { info } = sealMessage(place);
  const [ekm, recipientPublicKey] = [
    await importKeyPair(ephemeral),
    await importPublicKey(publicKey),
  ];
  const { sharedSecret } = await new DhkemX25519HkdfSha256().encap({ recipientPublicKey, ekm });
  const kdf = new HkdfSha256();
  kdf.init(SUITE);
  const extract = async (salt: ArrayBuffer | Uint8Array, label: string, ikm: Uint8Array) =>
    new Uint8Array(await kdf.labeledExtract(salt, labelOf(label), ikm));
  const context = joinBytes(
    MODE_BASE,
    await extract(NOTHING, 'psk_id_hash', NOTHING),
    await extract(NOTHING, 'info_hash', info),
  );
  const secret = await extract(sharedSecret, 'secret', NOTHING);
  const expand = async (label: string, bytes: number) =>
    new Uint8Array(await kdf.labeledExpand(secret, labelOf(label), context, bytes));
  return {
    info,
    dh: await agree(ekm.privateKey, recipientPublicKey),
    sharedSecret: new Uint8Array(sharedSecret),
    key: await expand('key', 32),
    baseNonce: await expand('base_nonce', 12),
  };
}

function labelOf(label: string): Uint8Array {
  return new TextEncoder().encode(label);
}
