import { SecretString } from '@app/secret';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeGcpKms } from '../../../../test/support/key-services/fake-gcp-kms.js';
import {
  makeServerCertificate,
  type ServerCertificate,
} from '../../../../test/support/key-services/server-certificate.js';
import { startSilentProxy } from '../../../../test/support/silent-proxy.js';
import {
  bindingOf,
  type KeyBinding,
  KeyServiceError,
  type KeyServiceReason,
} from '../remote/key-service.js';
import { openGcpClient } from './gcp-client.js';
import { GcpKeyService } from './gcp-key-service.js';
import { serviceAccount } from './service-account.js';

const NAME = 'projects/p/locations/europe-west3/keyRings/r/cryptoKeys/master';
const KEY = Buffer.alloc(32, 7);

let certificate: ServerCertificate;
let kms: FakeGcpKms;
let service: GcpKeyService;

function binding(outerKeyId = '7ff3b602-997b-4510-a596-5db792f8e3a6'): KeyBinding {
  return bindingOf({ outerKeyId }, `gcp-kms:${NAME}`);
}

function makeService(
  name = NAME,
  credentials = kms.credentials,
  { ca = certificate.ca, endpoint = kms.endpoint, tryTimeout = 5_000 } = {},
): GcpKeyService {
  const account = serviceAccount(new SecretString(credentials));
  return new GcpKeyService(name, () => openGcpClient({ endpoint, ca, account }), tryTimeout);
}

beforeAll(() => {
  certificate = makeServerCertificate();
});

beforeEach(async () => {
  kms = await FakeGcpKms.start(certificate);
  kms.keys.create(NAME);
  service = makeService();
});

afterEach(async () => {
  await service.close();
  kms.stop();
});

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

describe('a key of Google Cloud KMS', () => {
  it('wraps and unwraps, by one call each', async () => {
    const provided = await service.wrapKey(binding(), KEY, signal());
    expect(provided.includes(KEY)).toBe(false);
    expect(await service.unwrapKey(binding(), provided, signal())).toEqual(KEY);
    expect(kms.calls).toBe(2);
  });

  it('opens with the version that a ciphertext is of, after a rotation too', async () => {
    const provided = await service.wrapKey(binding(), KEY, signal());
    kms.keys.create(NAME);
    expect(await service.unwrapKey(binding(), provided, signal())).toEqual(KEY);
  });

  it('refuses another binding, a changed ciphertext and one of another key', async () => {
    const provided = await service.wrapKey(binding(), KEY, signal());
    const elsewhere = binding('4d617a21-7574-4cc9-8392-8eeaad156a57');
    expect(await reasonOf(service.unwrapKey(elsewhere, provided, signal()))).toBe('refused');
    const changed = Buffer.from(provided.map((byte, index) => (index === 20 ? byte ^ 1 : byte)));
    expect(await reasonOf(service.unwrapKey(binding(), changed, signal()))).toBe('refused');
    kms.keys.create(`${NAME}-2`);
    const other = makeService(`${NAME}-2`);
    expect(await reasonOf(other.unwrapKey(binding(), provided, signal()))).toBe('refused');
    await other.close();
  });

  it('says that a disabled version, or a key that is not there, may not be used', async () => {
    const provided = await service.wrapKey(binding(), KEY, signal());
    kms.keys.setEnabled(NAME, 1, false);
    expect(await reasonOf(service.unwrapKey(binding(), provided, signal()))).toBe('denied');
    expect(await reasonOf(service.wrapKey(binding(), KEY, signal()))).toBe('denied');
    const gone = makeService(`${NAME}-gone`);
    expect(await reasonOf(gone.wrapKey(binding(), KEY, signal()))).toBe('denied');
    await gone.close();
  });

  it('takes nothing that was damaged on its way, in either direction', async () => {
    const provided = await service.wrapKey(binding(), KEY, signal());
    kms.damagesAnswers = true;
    expect(await reasonOf(service.wrapKey(binding(), KEY, signal()))).toBe('nonsense');
    expect(await reasonOf(service.unwrapKey(binding(), provided, signal()))).toBe('nonsense');
    kms.damagesAnswers = false;
    kms.ignoresChecksums = true;
    expect(await reasonOf(service.wrapKey(binding(), KEY, signal()))).toBe('nonsense');
  });
});

describe('a Google Cloud KMS that is not well', () => {
  it.each([
    [2, 'unavailable'],
    [4, 'unavailable'],
    [7, 'denied'],
    [8, 'throttled'],
    [12, 'nonsense'],
    [13, 'unavailable'],
    [14, 'unavailable'],
  ] as const)('is asked once, and status %i means %s', async (status, reason) => {
    kms.faults.add({ kind: 'error', status });
    expect(await reasonOf(service.wrapKey(binding(), KEY, signal()))).toBe(reason);
    expect(kms.calls).toBe(1);
  });

  it('is told from one that answers nonsense', async () => {
    const provided = await service.wrapKey(binding(), KEY, signal());
    kms.faults.add({ kind: 'nonsense' }, 2);
    expect(await reasonOf(service.wrapKey(binding(), KEY, signal()))).toBe('nonsense');
    expect(await reasonOf(service.unwrapKey(binding(), provided, signal()))).toBe('nonsense');
  });

  it('is reached by a new connection where the other end of the old one has vanished', async () => {
    const proxy = await startSilentProxy(Number(kms.endpoint.split(':')[1]));
    const endpoint = `localhost:${proxy.port.toString()}`;
    const far = makeService(NAME, kms.credentials, { endpoint, tryTimeout: 1_000 });
    try {
      const provided = await far.wrapKey(binding(), KEY, signal());
      proxy.goSilent();
      expect(await reasonOf(far.unwrapKey(binding(), provided, signal()))).toBe('unavailable');
      expect(await far.unwrapKey(binding(), provided, signal())).toEqual(KEY);
    } finally {
      await far.close();
      await proxy.stop();
    }
  });

  it('may not answer as much as it likes', async () => {
    kms.faults.add({ kind: 'endless' });
    const error = await failure(service.wrapKey(binding(), KEY, signal()));
    // RESOURCE_EXHAUSTED, which is what this side says of it.
    expect(error.message).toContain('status 8');
  });

  it('is reached by no proxy that a variable names', async () => {
    for (const name of ['grpc_proxy', 'https_proxy', 'http_proxy'])
      vi.stubEnv(name, 'http://localhost:9');
    try {
      expect(await service.wrapKey(binding(), KEY, signal())).not.toHaveLength(0);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('is left when the signal says so', async () => {
    await service.wrapKey(binding(), KEY, signal());
    kms.faults.add({ kind: 'slow', millis: 10_000 });
    const start = performance.now();
    expect(await reasonOf(service.wrapKey(binding(), KEY, signal(200)))).toBe('unavailable');
    expect(performance.now() - start).toBeLessThan(8_000);
  });

  it('is unavailable where its certificate is of a CA that is not trusted', async () => {
    const stranger = makeService(NAME, kms.credentials, { ca: makeServerCertificate().ca });
    expect(await reasonOf(stranger.wrapKey(binding(), KEY, signal(1_000)))).toBe('unavailable');
    await stranger.close();
  });
});

describe('signing in to Google', () => {
  it('is refused to the key of another account', async () => {
    const other = await FakeGcpKms.start(certificate);
    const stranger = makeService(NAME, other.credentials);
    other.stop();
    expect(await reasonOf(stranger.wrapKey(binding(), KEY, signal()))).toBe('denied');
    await stranger.close();
  });

  it('is tried again at the next call where no credentials were found', async () => {
    let openings = 0;
    const { endpoint } = kms;
    const account = serviceAccount(new SecretString(kms.credentials));
    const late = new GcpKeyService(
      NAME,
      async () => {
        openings += 1;
        if (openings === 1) throw new Error('Could not load the default credentials.');
        return openGcpClient({ endpoint, ca: certificate.ca, account });
      },
      5_000,
    );
    expect(await reasonOf(late.wrapKey(binding(), KEY, signal()))).toBe('unavailable');
    expect(await late.wrapKey(binding(), KEY, signal())).toBeInstanceOf(Buffer);
    expect(openings).toBe(2);
    await late.close();
  });
});
