import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CryptographyClient, type CryptographyClientOptions } from '@azure/keyvault-keys';
import { boundedAnswer } from '../remote/bounded-answer.js';
import type { KeyBinding, KeyService } from '../remote/key-service.js';
import { KeyServiceError } from '../remote/key-service.js';
import type { AzureCredential } from './azure-credential.js';
import { azureError, type AzureOperation } from './azure-error.js';
import type { AzureKey } from './azure-key-url.js';

/** How a vault is reached. */
export interface AzureConnection {
  /** PEM of the CA that is trusted in place of the public ones. */
  readonly ca: string | undefined;
  /** Takes a sign-in challenge of any domain. */
  readonly insecureAnyChallenge: boolean;
}

type Policy = NonNullable<CryptographyClientOptions['additionalPolicies']>[number]['policy'];

/** OAEP with SHA-256. With SHA-1 the SDK would wrap in this process, and a key that is disabled would go unnoticed. */
const ALGORITHM = 'RSA-OAEP-256';

/**
 * Reads answers up to a bound, where the SDK would read all that comes; and drops the agent of the proxy that variables may name, with
 * which the SDK would leave out the configured CA.
 */
const BOUNDED: Policy = {
  name: 'keywardBoundedAnswer',
  async sendRequest(request, next) {
    delete request.agent;
    request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
    const { readableStreamBody, ...response } = await next(request);
    if (readableStreamBody === undefined) return response;
    return {
      ...response,
      bodyAsText: await text(boundedAnswer(Readable.from(readableStreamBody))),
    };
  },
};

/** What the pipelines of Azure's SDKs are told: one try is one request, and none follows a redirect with a key in it. */
export function pipelineOptions(ca: string | undefined): {
  readonly additionalPolicies: NonNullable<CryptographyClientOptions['additionalPolicies']>;
  readonly retryOptions: { readonly maxRetries: number };
  readonly redirectOptions: { readonly maxRetries: number };
  readonly tlsOptions?: { readonly ca: string };
} {
  const once = {
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    // Behind the SDK's own policies, so that it sees what they have made of the request.
    additionalPolicies: [{ policy: BOUNDED, position: 'perRetry' as const }],
  };
  return ca === undefined ? once : { ...once, tlsOptions: { ca } };
}

function kidOf(body: string | null | undefined): unknown {
  try {
    const parsed: unknown = JSON.parse(body ?? '');
    return typeof parsed === 'object' && parsed !== null && 'kid' in parsed
      ? parsed.kid
      : undefined;
  } catch (cause) {
    // The parser's message quotes the body, and the body has the key.
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/** Has each answer say that it is of the configured version. What the SDK hands on is the version that it asked for, not that one. */
function ofVersion({ id }: AzureKey): Policy {
  return {
    name: 'keywardKeyVersion',
    async sendRequest(request, next) {
      const response = await next(request);
      if (response.status !== 200) return response;
      const kid = kidOf(response.bodyAsText);
      if (typeof kid === 'string' && kid.toLowerCase() === id.toLowerCase()) return response;
      throw new KeyServiceError(
        'nonsense',
        'Azure Key Vault answered for another version of the key',
      );
    },
  };
}

/**
 * One version of a key of Azure Key Vault: `wrapKey` and `unwrapKey` with RSA-OAEP-256. It can bind a ciphertext to nothing, so the
 * binding of a wrapped key is the outer AES-GCM's and the row's MAC.
 *
 * The SDK writes keys into JSON, so text of each stays in memory until it is collected.
 */
export class AzureKeyService implements KeyService {
  readonly #client: CryptographyClient;

  constructor(key: AzureKey, credential: AzureCredential, connection: AzureConnection) {
    // Without its public half the SDK has nothing to wrap with in this process, and need not ask for the key first; whether it may be
    // used is the vault's to say.
    const { id, name, vaultUrl, version } = key;
    const remote = { id, name, properties: { id, name, vaultUrl, version } };
    const pipeline = pipelineOptions(connection.ca);
    this.#client = new CryptographyClient(remote, credential, {
      ...pipeline,
      disableChallengeResourceVerification: connection.insecureAnyChallenge,
      additionalPolicies: [
        ...pipeline.additionalPolicies,
        { policy: ofVersion(key), position: 'perCall' },
      ],
    });
  }

  wrapKey(_binding: KeyBinding, key: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.#call('wrap', () => this.#client.wrapKey(ALGORITHM, key, { abortSignal: signal }));
  }

  unwrapKey(_binding: KeyBinding, provided: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.#call('unwrap', () =>
      this.#client.unwrapKey(ALGORITHM, provided, { abortSignal: signal }),
    );
  }

  /** The SDK has nothing to close: its connections end by themselves. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #call(
    operation: AzureOperation,
    ask: () => Promise<{ readonly result: Uint8Array }>,
  ): Promise<Buffer> {
    try {
      const { result } = await ask();
      const copy = Buffer.from(result);
      result.fill(0);
      return copy;
    } catch (error) {
      throw azureError(error, operation);
    }
  }
}
