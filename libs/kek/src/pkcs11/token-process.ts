/**
 * The process that a token is spoken to in, started by `token-client.ts`. Calls of a PKCS #11 module block, and what a module does when
 * its device hangs or vanishes is its maker's to decide; here it can be killed, and takes nothing with it.
 *
 * Run from its source too, where Node.js takes the types away but resolves no import of ours: it imports nothing but types.
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Attribute, Cryptoki, CryptokiPackage, Handle, Mechanism } from './cryptoki.js';
import type {
  ObjectName,
  TokenAnswer,
  TokenName,
  TokenRequest,
  TokenSettings,
} from './token-messages.js';

type Reason = Extract<TokenAnswer, { kind: 'failed' }>['reason'];
type Operation = 'Encrypt' | 'Decrypt';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** CK_TOKEN_INFO flags: the next wrong PIN locks the token, or one has. */
const PIN_ENDANGERED = 0x0002_0000 | 0x0004_0000;
/** Codes that a further try does not change. */
const PIN_CODES = ['CKR_PIN_INCORRECT', 'CKR_PIN_INVALID', 'CKR_PIN_LEN_RANGE', 'CKR_PIN_EXPIRED'];
const DENIED_CODES = [
  ...PIN_CODES,
  'CKR_PIN_LOCKED',
  // SoftHSM says it of a hash that it has not.
  'CKR_ARGUMENTS_BAD',
  'CKR_USER_PIN_NOT_INITIALIZED',
  'CKR_KEY_FUNCTION_NOT_PERMITTED',
  'CKR_KEY_TYPE_INCONSISTENT',
  'CKR_MECHANISM_INVALID',
  'CKR_MECHANISM_PARAM_INVALID',
];

/** Something that this process itself refuses. */
class Refusal extends Error {
  readonly reason: Reason;
  readonly pinRefused: boolean;

  constructor(reason: Reason, message: string, pinRefused = false) {
    super(message);
    this.reason = reason;
    this.pinRefused = pinRefused;
  }
}

function isNamed(name: TokenName, cryptoki: Cryptoki, slot: Handle): boolean {
  const info = cryptoki.C_GetTokenInfo(slot);
  const pairs = [
    [name.label, info.label],
    [name.manufacturer, info.manufacturerID],
    [name.model, info.model],
    [name.serial, info.serialNumber],
  ] as const;
  return pairs.every(([wanted, found]) => wanted === undefined || wanted === found.trimEnd());
}

function theOne<T>(found: readonly T[], what: string, reason: Reason): T {
  const [first, second] = found;
  if (first === undefined) throw new Refusal(reason, `there is no such ${what}`);
  if (second !== undefined) throw new Refusal('denied', `there is more than one such ${what}`);
  return first;
}

/** A session of one token, logged in, and the key that it is about. */
class Token {
  readonly #package: CryptokiPackage;
  readonly #cryptoki: Cryptoki;
  readonly #session: Handle;
  readonly #oaepHash: TokenSettings['oaepHash'];
  readonly #isAes: boolean;
  /** By which a key is wrapped, and by which it is unwrapped. */
  readonly #keys: Readonly<Record<Operation, Handle>>;
  /** Of what RSA makes. */
  readonly #modulusBytes: number;

  constructor(found: CryptokiPackage, settings: TokenSettings) {
    this.#package = found;
    this.#oaepHash = settings.oaepHash;
    this.#cryptoki = new found.PKCS11();
    this.#load(settings.module);
    const slots = this.#cryptoki
      .C_GetSlotList(true)
      .filter((slot) => isNamed(settings.token, this.#cryptoki, slot));
    const slot = theOne(slots, 'token', 'unavailable');
    this.#session = this.#cryptoki.C_OpenSession(slot, found.CKF_SERIAL_SESSION);
    this.#logIn(slot, settings.pin);
    const secret = this.#findSecret(settings.object);
    this.#isAes = secret !== undefined;
    this.#keys = secret ?? this.#findPair(settings.object);
    this.#modulusBytes = this.#isAes ? 0 : this.#attribute(found.CKA_MODULUS).length;
  }

  wrap(key: Buffer, aad: Buffer): Buffer {
    if (!this.#isAes) {
      return this.#run('Encrypt', this.#oaep(), key, Buffer.alloc(this.#modulusBytes));
    }
    const nonce = randomBytes(NONCE_BYTES);
    const room = Buffer.alloc(key.length + TAG_BYTES);
    return Buffer.concat([nonce, this.#run('Encrypt', this.#gcm(nonce, aad), key, room)]);
  }

  unwrap(provided: Buffer, aad: Buffer): Buffer {
    const nonceBytes = this.#isAes ? NONCE_BYTES : 0;
    const sealed = provided.subarray(nonceBytes);
    // Not left to modules: some of them take less than a tag for nothing, or leave the session unusable behind it.
    const hasLength = this.#isAes
      ? sealed.length > TAG_BYTES
      : sealed.length === this.#modulusBytes;
    if (!hasLength) throw new Refusal('refused', 'a ciphertext of another length');
    const mechanism = this.#isAes ? this.#gcm(provided.subarray(0, nonceBytes), aad) : this.#oaep();
    try {
      return this.#run('Decrypt', mechanism, sealed, Buffer.alloc(sealed.length));
    } catch (error) {
      // Modules answer many codes for a ciphertext that is not of their key, some of them those of a broken device. A device that
      // opens what it has just made is not broken.
      if (this.#isWell()) throw new Refusal('refused', messageOf(error));
      throw error;
    }
  }

  #isWell(): boolean {
    try {
      const key = randomBytes(32);
      const aad = randomBytes(16);
      const sealed = this.wrap(key, aad);
      const nonceBytes = this.#isAes ? NONCE_BYTES : 0;
      const mechanism = this.#isAes ? this.#gcm(sealed.subarray(0, nonceBytes), aad) : this.#oaep();
      const room = Buffer.alloc(sealed.length);
      return this.#run('Decrypt', mechanism, sealed.subarray(nonceBytes), room).equals(key);
    } catch {
      return false;
    }
  }

  #run(operation: Operation, mechanism: Mechanism, input: Buffer, output: Buffer): Buffer {
    const key = this.#keys[operation];
    this.#cryptoki[`C_${operation}Init`](this.#session, mechanism, key);
    return this.#cryptoki[`C_${operation}`](this.#session, input, output);
  }

  #load(module: string): void {
    try {
      this.#cryptoki.load(module);
    } catch {
      throw new Refusal('denied', 'the PKCS #11 module cannot be loaded');
    }
    this.#cryptoki.C_Initialize();
  }

  #logIn(slot: Handle, pin: string | undefined): void {
    if (pin === undefined) return;
    if ((this.#cryptoki.C_GetTokenInfo(slot).flags & PIN_ENDANGERED) !== 0) {
      const detail =
        'the token is locked, or would be after one more wrong PIN: log in by its own tool';
      throw new Refusal('denied', detail, true);
    }
    this.#cryptoki.C_Login(this.#session, this.#package.CKU_USER, pin);
  }

  #findSecret(object: ObjectName): Readonly<Record<Operation, Handle>> | undefined {
    if (object.type === 'private') return undefined;
    const { CKO_SECRET_KEY, CKK_AES } = this.#package;
    const found = this.#find(object, CKO_SECRET_KEY, CKK_AES);
    if (found.length === 0 && object.type === undefined) return undefined;
    const key = theOne(found, 'AES key', 'denied');
    return { Encrypt: key, Decrypt: key };
  }

  #findPair(object: ObjectName): Readonly<Record<Operation, Handle>> {
    const { CKO_PRIVATE_KEY, CKO_PUBLIC_KEY, CKK_RSA } = this.#package;
    const privateKeys = this.#find(object, CKO_PRIVATE_KEY, CKK_RSA);
    const publicKeys = this.#find(object, CKO_PUBLIC_KEY, CKK_RSA);
    return {
      Decrypt: theOne(privateKeys, 'AES key or private RSA key', 'denied'),
      Encrypt: theOne(publicKeys, 'public RSA key beside the private one', 'denied'),
    };
  }

  #find({ label, id }: ObjectName, keyClass: number, keyType: number): Handle[] {
    const { CKA_CLASS, CKA_KEY_TYPE, CKA_LABEL, CKA_ID } = this.#package;
    const template: Attribute[] = [
      { type: CKA_CLASS, value: keyClass },
      { type: CKA_KEY_TYPE, value: keyType },
      ...(label === undefined ? [] : [{ type: CKA_LABEL, value: label }]),
      ...(id === undefined ? [] : [{ type: CKA_ID, value: id }]),
    ];
    this.#cryptoki.C_FindObjectsInit(this.#session, template);
    try {
      return this.#cryptoki.C_FindObjects(this.#session, 2);
    } finally {
      this.#cryptoki.C_FindObjectsFinal(this.#session);
    }
  }

  #attribute(type: number): Buffer {
    const key = this.#keys.Encrypt;
    const [found] = this.#cryptoki.C_GetAttributeValue(this.#session, key, [{ type }]);
    return found?.value ?? Buffer.alloc(0);
  }

  #gcm(iv: Buffer, aad: Buffer): Mechanism {
    const { CKM_AES_GCM, CK_PARAMS_AES_GCM } = this.#package;
    const sizes = { ivBits: NONCE_BYTES * 8, tagBits: TAG_BYTES * 8 };
    return { mechanism: CKM_AES_GCM, parameter: { type: CK_PARAMS_AES_GCM, iv, aad, ...sizes } };
  }

  #oaep(): Mechanism {
    const names = this.#package;
    const [hashAlg, mgf] =
      this.#oaepHash === 'sha256'
        ? [names.CKM_SHA256, names.CKG_MGF1_SHA256]
        : [names.CKM_SHA_1, names.CKG_MGF1_SHA1];
    // CKZ_DATA_SPECIFIED, without a label.
    const parameter = { type: names.CK_PARAMS_RSA_OAEP, hashAlg, mgf, source: 1 };
    return { mechanism: names.CKM_RSA_PKCS_OAEP, parameter };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'error';
}

function failed(error: unknown): TokenAnswer {
  if (error instanceof Refusal) {
    const { reason, message, pinRefused } = error;
    return { kind: 'failed', reason, detail: message, pinRefused };
  }
  const code = /^CKR_\w{1,64}$/.exec(messageOf(error))?.[0] ?? 'error';
  const reason = DENIED_CODES.includes(code) ? 'denied' : 'unavailable';
  return { kind: 'failed', reason, detail: code, pinRefused: PIN_CODES.includes(code) };
}

let token: Token | undefined;

function work(request: TokenRequest): Buffer {
  if (request.kind === 'open') {
    const found = createRequire(import.meta.url)('pkcs11js') as CryptokiPackage;
    token = new Token(found, request.settings);
    return Buffer.alloc(0);
  }
  if (token === undefined) throw new Refusal('unavailable', 'the token is not open');
  return request.kind === 'wrap'
    ? token.wrap(request.key, request.aad)
    : token.unwrap(request.provided, request.aad);
}

function answer(request: TokenRequest): void {
  let bytes: Buffer = Buffer.alloc(0);
  try {
    bytes = work(request);
    // Its copy for the pipe is made before this returns.
    process.send?.({ kind: 'done', bytes } satisfies TokenAnswer);
  } catch (error) {
    process.send?.(failed(error));
  } finally {
    bytes.fill(0);
    if (request.kind === 'wrap') request.key.fill(0);
  }
}

process.on('message', (message) => {
  answer(message as TokenRequest);
});
// It ends with the process that started it, and only by that: a signal for the terminal's whole group must not stop it first.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
