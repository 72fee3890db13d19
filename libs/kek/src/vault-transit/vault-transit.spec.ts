import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readEntries } from '@app/config';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeServerCertificate } from '../../../../test/support/key-services/server-certificate.js';
import type { KekProvider } from '../kek-provider.js';
import { KEK_SETTINGS, openKekProvider } from '../registry.js';
import { UnusableMasterKey } from '../remote/unusable-master-key.js';

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = readonly [status: number, body: string];

/** A key that masks what it is given: this is about the way there, which a real server is no help with. */
function transit({ path, body }: Asked): Answer {
  if (path.startsWith('/v1/auth/')) return [200, '{"auth":{"client_token":"made-by-login"}}'];
  if (path.includes('/keys/')) return [200, '{"data":{"type":"aes256-gcm96","derived":false}}'];
  const sent = JSON.parse(body) as Record<string, string>;
  return path.includes('/encrypt/')
    ? [200, JSON.stringify({ data: { ciphertext: `vault:v1:${mask(sent['plaintext'])}` } })]
    : [200, JSON.stringify({ data: { plaintext: mask(sent['ciphertext']?.slice(9)) } })];
}

function mask(base64 = ''): string {
  return Buffer.from(Buffer.from(base64, 'base64').map((byte) => byte ^ 0xff)).toString('base64');
}

const certificate = makeServerCertificate();
let server: Server;
let folder: string;
let asked: Asked[];
let answer: (one: Asked) => Answer;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const one = { path: request.url ?? '', headers: request.headers, body: await text(request) };
  asked.push(one);
  const [status, body] = answer(one);
  response.writeHead(status, { location: 'https://localhost:1/' }).end(body);
}

beforeAll(async () => {
  const { certificate: cert, key } = certificate;
  server = createServer({ cert, key }, (request, response) => {
    void serve(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vault-'));
  file('ca', certificate.ca);
  file('token', 'first-token\n');
  asked = [];
  answer = transit;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  return path;
}

function secret(): SecretBytes {
  return SecretBytes.copyOf(Buffer.alloc(32, 1));
}

const TOKEN = { tokenFile: 'token' };

async function open(more: object): Promise<KekProvider> {
  const url = `https://localhost:${(server.address() as AddressInfo).port.toString()}`;
  const content = { kind: 'vault-transit', name: 'v', url, key: 'k', ca: 'ca', ...more };
  const [entry] = readEntries(KEK_SETTINGS, [content], folder);
  if (entry?.kind !== 'vault-transit') throw new Error('another kind');
  return openKekProvider('vault-transit', entry);
}

/** `healthy`, or the code and the reason that it is not. */
async function health(provider: KekProvider): Promise<string> {
  try {
    await provider.checkHealth();
    return 'healthy';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { cause } = error;
    return `${error.code} ${cause instanceof UnusableMasterKey ? cause.cause.message : String(cause)}`;
  } finally {
    await provider.close();
  }
}

const tokens = (): unknown[] => asked.map(({ headers }) => headers['x-vault-token']);
const logins = (): Asked[] => asked.filter(({ path }) => path.startsWith('/v1/auth/'));

describe('the way to Vault', () => {
  it('is by TLS with the CA that is configured', async () => {
    expect(await health(await open(TOKEN))).toBe('healthy');
    file('ca', makeServerCertificate().ca);
    expect(await health(await open(TOKEN))).toMatch(/^kms_unavailable unavailable/);
  });

  it('goes by no proxy, and follows nobody elsewhere', async () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
      vi.stubEnv(name, 'http://127.0.0.1:1');
    }
    expect(await health(await open(TOKEN))).toBe('healthy');
    answer = () => [307, ''];
    expect(await health(await open(TOKEN))).toContain('Vault: status 307');
  });

  it('leads to mount and key, and to a namespace where there is one', async () => {
    await health(await open({ ...TOKEN, mount: 'a/b', namespace: 'team/one' }));
    expect(asked.map(({ path }) => path)).toEqual([
      '/v1/a/b/keys/k',
      '/v1/a/b/encrypt/k',
      '/v1/a/b/decrypt/k',
    ]);
    expect(asked[0]?.headers['x-vault-namespace']).toBe('team/one');
  });

  it.each([
    ['an answer that is no JSON', '<html>'],
    ['an answer without data', '{"data":null}'],
    ['an answer without end', 'x'.repeat(70_000)],
    ['a key that binds nothing', '{"data":{"type":"rsa-2048"}}'],
    ['a derived key', '{"data":{"type":"aes256-gcm96","derived":true}}'],
  ])('ends at %s', async (_, body) => {
    answer = () => [200, body];
    expect(await health(await open(TOKEN))).toMatch(/^kms_unavailable/);
    expect(asked.some(({ path }) => path.includes('encrypt'))).toBe(false);
  });
});

describe('a token from a file', () => {
  it('is read for each request', async () => {
    const provider = await open(TOKEN);
    await provider.wrap({ outerKeyId: '00000000-0000-4000-8000-000000000001' }, secret());
    file('token', 'second-token');
    await health(provider);
    expect(new Set(tokens())).toEqual(new Set(['first-token', 'second-token']));
  });

  it.each([
    [
      'is gone',
      () => {
        rmSync(join(folder, 'token'));
      },
    ],
    ['is empty', () => file('token', '\n')],
    ['holds two lines', () => file('token', 'a\nb\n')],
    [
      'is open to others',
      () => {
        rmSync(join(folder, 'token'));
        file('token', 'a', 0o644);
      },
    ],
  ])('makes the key service unavailable while it %s', async (_, spoil) => {
    spoil();
    expect(await health(await open(TOKEN))).toMatch(/^kms_unavailable/);
    expect(asked).toEqual([]);
  });
});

describe('a login', () => {
  const APP_ROLE = { appRole: { roleId: 'the-role', secretIdFile: 'secret-id' } };

  beforeEach(() => {
    file('secret-id', 'the-secret-id');
    file('jwt', 'the.jwt', 0o644);
  });

  it('by AppRole is made once, when it is needed', async () => {
    expect(await health(await open(APP_ROLE))).toBe('healthy');
    expect(logins().map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { role_id: 'the-role', secret_id: 'the-secret-id' },
    ]);
    expect(tokens()).toEqual([undefined, 'made-by-login', 'made-by-login', 'made-by-login']);
  });

  it('by Kubernetes is made with the token of the service account', async () => {
    const kubernetes = { mount: 'cluster/one', role: 'keyward', jwtFile: 'jwt' };
    expect(await health(await open({ kubernetes }))).toBe('healthy');
    expect(logins().map(({ path, body }) => [path, JSON.parse(body) as unknown])).toEqual([
      ['/v1/auth/cluster/one/login', { role: 'keyward', jwt: 'the.jwt' }],
    ]);
  });

  it('is made anew, once, where a token that was good is refused', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const provider = await open(APP_ROLE);
    await provider.wrap({ outerKeyId: '00000000-0000-4000-8000-000000000001' }, secret());
    vi.advanceTimersByTime(5_000);
    let refusals = 1;
    answer = (one) =>
      !one.path.startsWith('/v1/auth/') && refusals-- > 0 ? [403, '{}'] : transit(one);
    expect(await health(provider)).toBe('healthy');
    expect(logins()).toHaveLength(2);
  });

  it('is not made again and again where the policy is what forbids', async () => {
    answer = (one) => (one.path.startsWith('/v1/auth/') ? transit(one) : [403, '{}']);
    expect(await health(await open(APP_ROLE))).toContain('denied: Vault: status 403');
    expect(logins()).toHaveLength(1);
  });

  it('that is refused says so, without what it was made with', async () => {
    answer = () => [400, '{"errors":["invalid secret the-secret-id"]}'];
    expect(await health(await open(APP_ROLE))).toBe('kms_unavailable denied: Vault: status 400');
  });

  it.each([
    ['nothing', {}],
    ['two ways', { ...TOKEN, kubernetes: { role: 'x' } }],
    ['AppRole without its secret', { appRole: { roleId: 'x' } }],
    ['a CA that cannot be read', { ...TOKEN, ca: 'gone' }],
  ])('is not possible with %s', async (_, more) => {
    const error: unknown = await open(more).catch((thrown: unknown) => thrown);
    expect(error instanceof AppError && error.code).toBe('invalid_request');
  });
});
