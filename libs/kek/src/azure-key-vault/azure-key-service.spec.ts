import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyClient } from '@azure/keyvault-keys';
import { AppError } from '@app/errors';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SecretString } from '@app/secret';
import {
  AZURE_APPLICATION,
  FakeKeyVault,
} from '../../../../test/support/key-services/fake-key-vault.js';
import {
  makeServerCertificate,
  type ServerCertificate,
} from '../../../../test/support/key-services/server-certificate.js';
import { bindingOf, KeyServiceError, type KeyServiceReason } from '../remote/key-service.js';
import { type AzureCredential, azureCredential, type AzureSignIn } from './azure-credential.js';
import { AzureKeyService, pipelineOptions } from './azure-key-service.js';
import { parseAzureKeyUrl } from './azure-key-url.js';

const BINDING = bindingOf(
  { outerKeyId: '7ff3b602-997b-4510-a596-5db792f8e3a6' },
  'azure-key-vault:x',
);
const KEY = Buffer.alloc(32, 7);

let certificate: ServerCertificate;
let vault: FakeKeyVault;
let keyUrl: string;

beforeAll(() => {
  certificate = makeServerCertificate();
});

beforeEach(async () => {
  vault = await FakeKeyVault.start(certificate);
  keyUrl = vault.keys.create('master');
});

afterEach(async () => {
  await vault.stop();
});

function credential(changes: Partial<AzureSignIn> = {}): AzureCredential {
  const { tenantId, clientId, clientSecret } = AZURE_APPLICATION;
  const signIn: AzureSignIn = {
    credential: 'client-secret',
    tenantId,
    clientId,
    clientSecret: new SecretString(clientSecret),
    tokenFile: undefined,
    authority: vault.url,
    ...changes,
  };
  return azureCredential(signIn, pipelineOptions(certificate.ca));
}

function service(
  url = keyUrl,
  signIn = credential(),
  insecureAnyChallenge = true,
): AzureKeyService {
  return new AzureKeyService(parseAzureKeyUrl(url), signIn, {
    ca: certificate.ca,
    insecureAnyChallenge,
  });
}

/** What whoever runs the vault does, through the SDK. */
function operator(): KeyClient {
  return new KeyClient(vault.url, credential(), {
    ...pipelineOptions(certificate.ca),
    disableChallengeResourceVerification: true,
  });
}

function signal(millis = 5_000): AbortSignal {
  return AbortSignal.timeout(millis);
}

async function failure(promise: Promise<unknown>): Promise<KeyServiceError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KeyServiceError) return error;
  throw new Error('no KeyServiceError', { cause: error });
}

async function reasonOf(promise: Promise<unknown>): Promise<KeyServiceReason> {
  return (await failure(promise)).reason;
}

describe('a key of Azure Key Vault', () => {
  it('wraps and unwraps at the vault, without asking for the key', async () => {
    const provided = await service().wrapKey(BINDING, KEY, signal());
    expect(provided).toHaveLength(256);
    expect(await service().unwrapKey(BINDING, provided, signal())).toEqual(KEY);
    const path = new URL(keyUrl).pathname;
    const operations = vault.requests.filter((request) => request.includes('/keys/'));
    expect(operations).toEqual([
      // Once without a token, for the challenge.
      `POST ${path}/wrapkey`,
      `POST ${path}/wrapkey`,
      `POST ${path}/unwrapkey`,
      `POST ${path}/unwrapkey`,
    ]);
  });

  it('signs in once, and sends its key only with a token', async () => {
    const one = service();
    await one.wrapKey(BINDING, KEY, signal());
    const before = vault.requests.length;
    await one.wrapKey(BINDING, KEY, signal());
    expect(vault.requests.slice(before)).toHaveLength(1);
  });

  it('opens what was wrapped before the vault rotated the key', async () => {
    const provided = await service().wrapKey(BINDING, KEY, signal());
    const { id } = await operator().rotateKey('master');
    expect(id).not.toBe(keyUrl);
    expect(await service().unwrapKey(BINDING, provided, signal())).toEqual(KEY);
    expect(await reasonOf(service(id).unwrapKey(BINDING, provided, signal()))).toBe('refused');
  });

  it('says that a disabled key may not be used, from the first call on', async () => {
    const one = service();
    const provided = await one.wrapKey(BINDING, KEY, signal());
    const { version } = parseAzureKeyUrl(keyUrl);
    await operator().updateKeyProperties('master', version, { enabled: false });
    const { reason, message } = await failure(one.wrapKey(BINDING, KEY, signal()));
    expect([reason, message]).toEqual(['denied', 'denied: Azure Key Vault, wrap: KeyDisabled']);
    expect(await reasonOf(one.unwrapKey(BINDING, provided, signal()))).toBe('denied');
    await operator().updateKeyProperties('master', version, { enabled: true });
    expect(await one.unwrapKey(BINDING, provided, signal())).toEqual(KEY);
  });

  it('says that there is no such key', async () => {
    const gone = keyUrl.replace('/master/', '/gone/');
    expect(await reasonOf(service(gone).wrapKey(BINDING, KEY, signal()))).toBe('denied');
  });

  it('refuses a ciphertext that was changed, and one of another key', async () => {
    const provided = await service().wrapKey(BINDING, KEY, signal());
    const changed = Buffer.from(provided.map((byte, index) => (index === 9 ? byte ^ 1 : byte)));
    expect(await reasonOf(service().unwrapKey(BINDING, changed, signal()))).toBe('refused');
    const other = service(vault.keys.create('other'));
    expect(await reasonOf(other.unwrapKey(BINDING, provided, signal()))).toBe('refused');
  });

  it('takes no answer of another version of the key', async () => {
    const byAddress = keyUrl.replace('localhost', '127.0.0.1');
    expect(await reasonOf(service(byAddress).wrapKey(BINDING, KEY, signal()))).toBe('nonsense');
  });
});

describe('a vault that is not well', () => {
  it('is reached by no proxy that a variable names, and neither is the sign-in', async () => {
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, 'http://localhost:9');
    try {
      expect(await service().wrapKey(BINDING, KEY, signal())).not.toHaveLength(0);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('is asked once, and its wait is handed on', async () => {
    const one = service();
    await one.wrapKey(BINDING, KEY, signal());
    vault.faults.add({ kind: 'error', status: 429, retryAfterSeconds: 7 });
    const before = vault.requests.length;
    const { reason, retryAfterMillis } = await failure(one.wrapKey(BINDING, KEY, signal()));
    expect([reason, retryAfterMillis]).toEqual(['throttled', 7_000]);
    expect(vault.requests.slice(before)).toHaveLength(1);
  });

  it.each([
    [500, 'unavailable'],
    [503, 'unavailable'],
    [302, 'nonsense'],
  ] as const)('is not to be had at status %i: %s', async (status, reason) => {
    vault.faults.add({ kind: 'error', status });
    expect(await reasonOf(service().wrapKey(BINDING, KEY, signal()))).toBe(reason);
  });

  it('is told from one that answers nonsense', async () => {
    vault.faults.add({ kind: 'nonsense' });
    expect(await reasonOf(service().wrapKey(BINDING, KEY, signal()))).toBe('nonsense');
  });

  it.each([{ kind: 'hang-up' }, { kind: 'slow', millis: 5_000 }] as const)(
    'is unavailable: $kind',
    async (fault) => {
      const one = service();
      await one.wrapKey(BINDING, KEY, signal());
      vault.faults.add(fault);
      expect(await reasonOf(one.wrapKey(BINDING, KEY, signal(300)))).toBe('unavailable');
    },
  );

  it('is unavailable where nobody listens', async () => {
    const one = service();
    await vault.stop();
    expect(await reasonOf(one.wrapKey(BINDING, KEY, signal()))).toBe('unavailable');
    vault = await FakeKeyVault.start(certificate);
  });

  it('is unavailable where its certificate is of a CA that is not trusted', async () => {
    const stranger = new AzureKeyService(parseAzureKeyUrl(keyUrl), credential(), {
      ca: makeServerCertificate().ca,
      insecureAnyChallenge: true,
    });
    expect(await reasonOf(stranger.wrapKey(BINDING, KEY, signal()))).toBe('unavailable');
  });
});

describe('signing in', () => {
  it('is not done for a challenge of another domain', async () => {
    const strict = service(keyUrl, credential(), false);
    expect(await reasonOf(strict.wrapKey(BINDING, KEY, signal()))).toBe('denied');
    expect(vault.requests.filter((request) => request.includes('token'))).toEqual([]);
  });

  it('works with a federated token, read from its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyward-azure-'));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'a.federated.token');
    const workload = credential({ credential: 'workload-identity', tokenFile });
    expect(await service(keyUrl, workload).wrapKey(BINDING, KEY, signal())).toHaveLength(256);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ credential: 'client-secret', clientSecret: undefined }, 'clientSecret'],
    [{ credential: 'client-secret', tenantId: undefined }, 'tenantId'],
    [{ credential: 'workload-identity', clientId: undefined }, 'clientId'],
    [{ credential: 'workload-identity' }, 'tokenFile'],
  ] as const)('wants what it needs: %o', (changes, field) => {
    const fields = (): readonly string[] => {
      try {
        credential(changes);
        return [];
      } catch (error) {
        return error instanceof AppError ? (error.errors ?? []).map((one) => one.field) : [];
      }
    };
    expect(fields()).toEqual([field]);
  });

  it('is refused with a wrong secret, which only an operator can cure', async () => {
    const wrong = credential({ clientSecret: new SecretString('wrong') });
    expect(await reasonOf(service(keyUrl, wrong).wrapKey(BINDING, KEY, signal()))).toBe('denied');
  });

  it('keeps the secret and the key out of what is thrown', async () => {
    const wrong = credential({ clientSecret: new SecretString('hunter2-hunter2') });
    const error = await failure(service(keyUrl, wrong).wrapKey(BINDING, KEY, signal()));
    const shown = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`;
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain(KEY.toString('base64url'));
  });
});
