import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Codes of gRPC, as far as the fake answers them. */
export const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** A refusal with a code of gRPC. */
export class GrpcRefusal extends Error {
  constructor(
    readonly code: number,
    readonly details: string,
  ) {
    super(details);
  }
}

interface KeyVersion {
  readonly key: Buffer;
  enabled: boolean;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1;

/** Symmetric keys of a fake Google Cloud KMS: versions from 1, the newest is the primary one, AES-256-GCM with the version before it. */
export class GcpKeys {
  readonly #keys = new Map<string, KeyVersion[]>();

  /** Makes a key, or a new primary version of one. */
  create(name: string): void {
    const version = { key: randomBytes(32), enabled: true };
    this.#keys.set(name, [...(this.#keys.get(name) ?? []), version]);
  }

  setEnabled(name: string, version: number, enabled: boolean): void {
    this.#version(name, version).enabled = enabled;
  }

  encrypt(name: string, plaintext: Buffer, aad: Buffer): { version: string; ciphertext: Buffer } {
    const number = this.#find(name).length;
    const version = this.#enabled(name, number);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', version.key, nonce).setAAD(aad);
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return {
      version: `${name}/cryptoKeyVersions/${number.toString()}`,
      ciphertext: Buffer.concat([Buffer.of(number), nonce, sealed, cipher.getAuthTag()]),
    };
  }

  decrypt(name: string, ciphertext: Buffer, aad: Buffer): Buffer {
    this.#find(name);
    const refusal = new GrpcRefusal(
      GRPC.invalidArgument,
      'Decryption failed: the ciphertext is invalid.',
    );
    if (ciphertext.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES) throw refusal;
    const number = ciphertext.readUInt8(0);
    if (this.#find(name)[number - 1] === undefined) throw refusal;
    const version = this.#enabled(name, number);
    const nonce = ciphertext.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', version.key, nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(aad).setAuthTag(ciphertext.subarray(-TAG_BYTES));
    try {
      const sealed = ciphertext.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES);
      return Buffer.concat([decipher.update(sealed), decipher.final()]);
    } catch {
      throw refusal;
    }
  }

  #find(name: string): KeyVersion[] {
    const versions = this.#keys.get(name);
    if (versions === undefined)
      throw new GrpcRefusal(GRPC.notFound, `CryptoKey ${name} not found.`);
    return versions;
  }

  #version(name: string, number: number): KeyVersion {
    const version = this.#find(name)[number - 1];
    if (version === undefined) throw new GrpcRefusal(GRPC.notFound, 'CryptoKeyVersion not found.');
    return version;
  }

  #enabled(name: string, number: number): KeyVersion {
    const version = this.#version(name, number);
    if (version.enabled) return version;
    const path = `${name}/cryptoKeyVersions/${number.toString()}`;
    const details = `${path} is not enabled, current state is: DISABLED.`;
    throw new GrpcRefusal(GRPC.failedPrecondition, details);
  }
}
