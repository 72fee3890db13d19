import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';

/** Status and JSON body of an answer. */
export interface VaultAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface KeyVersion {
  readonly version: string;
  readonly key: KeyObject;
  enabled: boolean;
}

const OAEP_SHA256 = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;

/** An error as Azure Key Vault writes it. */
export function answerOf(
  status: number,
  code: string,
  message: string,
  innerCode?: string,
): VaultAnswer {
  const inner = innerCode === undefined ? {} : { innererror: { code: innerCode } };
  return { status, body: { error: { code, message, ...inner } } };
}

function newVersion(): KeyVersion {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { version: randomBytes(16).toString('hex'), key: privateKey, enabled: true };
}

/** The keys of a fake vault: versions of RSA pairs, newest last, behind the paths of its REST interface. */
export class VaultKeys {
  readonly #keys = new Map<string, KeyVersion[]>();

  constructor(private readonly vaultUrl: () => string) {}

  /** Makes a key. @returns its URL with its version. */
  create(name: string): string {
    const version = newVersion();
    this.#keys.set(name, [...(this.#keys.get(name) ?? []), version]);
    return this.#idOf(name, version);
  }

  /** Disables a version, or enables it again. */
  setEnabled(url: string, isEnabled: boolean): void {
    const [name = '', version] = new URL(url).pathname.split('/').slice(2);
    const found = this.#find(name, version);
    if (found !== undefined) found.enabled = isEnabled;
  }

  answer(method: string, path: string, body: string): VaultAnswer {
    const [, collection, name = '', second, third] = path.replace(/\/$/, '').split('/');
    if (collection !== 'keys') return answerOf(404, 'NotFound', 'There is no such path.');
    if (method === 'POST' && (second === 'create' || second === 'rotate')) {
      this.create(name);
      return this.#bundle(name, this.#find(name));
    }
    if (second === 'versions') return this.#list(name);
    const found = this.#find(name, second);
    if (found === undefined) {
      return answerOf(404, 'KeyNotFound', 'A key with (name/id) was not found in this key vault.');
    }
    if (method === 'GET') return this.#bundle(name, found);
    const sent = JSON.parse(body) as Record<string, unknown>;
    if (method === 'PATCH') {
      const { enabled } = sent['attributes'] as { enabled: boolean };
      found.enabled = enabled;
      return this.#bundle(name, found);
    }
    return this.#operate(name, found, third, sent);
  }

  #find(name: string, version?: string): KeyVersion | undefined {
    const versions = this.#keys.get(name) ?? [];
    if (version === undefined) return versions.at(-1);
    return versions.find((one) => one.version === version);
  }

  #idOf(name: string, { version }: KeyVersion): string {
    return `${this.vaultUrl()}/keys/${name}/${version}`;
  }

  #bundle(name: string, version: KeyVersion | undefined): VaultAnswer {
    if (version === undefined) return answerOf(404, 'KeyNotFound', 'No such key.');
    const { n, e } = createPublicKey(version.key).export({ format: 'jwk' });
    const operations = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'];
    const key = { kid: this.#idOf(name, version), kty: 'RSA', key_ops: operations, n, e };
    return { status: 200, body: { key, attributes: { enabled: version.enabled } } };
  }

  #list(name: string): VaultAnswer {
    const value = (this.#keys.get(name) ?? []).map((version) => ({
      kid: this.#idOf(name, version),
      attributes: { enabled: version.enabled },
    }));
    return { status: 200, body: { value } };
  }

  #operate(
    name: string,
    version: KeyVersion,
    operation: string | undefined,
    sent: Record<string, unknown>,
  ): VaultAnswer {
    if (!version.enabled) {
      return answerOf(
        403,
        'Forbidden',
        'Operation is not allowed on a disabled key.',
        'KeyDisabled',
      );
    }
    if (sent['alg'] !== 'RSA-OAEP-256') {
      return answerOf(400, 'BadParameter', 'Property "alg" has invalid value.');
    }
    const value = Buffer.from(String(sent['value']), 'base64url');
    const done = operation === 'wrapkey' ? wrap(version.key, value) : unwrap(version.key, value);
    if (done === undefined) {
      return answerOf(400, 'BadParameter', 'The parameter is incorrect.');
    }
    const kid = this.#idOf(name, version);
    return { status: 200, body: { kid, value: done.toString('base64url') } };
  }
}

function wrap(key: KeyObject, value: Buffer): Buffer {
  return publicEncrypt({ key: createPublicKey(key), ...OAEP_SHA256 }, value);
}

function unwrap(key: KeyObject, value: Buffer): Buffer | undefined {
  try {
    return privateDecrypt({ key, ...OAEP_SHA256 }, value);
  } catch {
    // Of whatever is wrong with a ciphertext, a vault says the same.
    return undefined;
  }
}
