import { describe, expect, it } from 'vitest';
import { AppError, toProblem } from '@app/errors';
import { SecretBytes, SecretString } from '@app/secret';
import { EncryptionClient } from './encryption-client.js';
import { OperatorClient } from './operator-client.js';
import type { ServiceTransport, WireAnswer, WireRequest } from './transport.js';

const encryptionId = '11111111-1111-4111-8111-111111111111';
const versionId = '22222222-2222-4222-8222-222222222222';
const context = { requestId: 'request-1', accessReason: 'ticket 7' };
const credentials = { apiKey: 'key-1', apiSecret: new SecretString('kw_secret') };

/** Stands in for the wire: keeps the last request and gives one answer. */
class Wire {
  last: WireRequest | undefined;

  constructor(private readonly answer: Partial<WireAnswer> & { readonly json?: unknown }) {}

  send(request: WireRequest): Promise<WireAnswer> {
    this.last = request;
    const { json = {}, ...rest } = this.answer;
    const body = Buffer.from(JSON.stringify(json));
    const common = { status: 200, contentType: 'application/json', retryAfter: undefined };
    return Promise.resolve({ ...common, body, ...rest });
  }

  get transport(): ServiceTransport {
    return this as unknown as ServiceTransport;
  }

  get sent(): unknown {
    return JSON.parse(this.last?.body?.toString() ?? 'null') as unknown;
  }
}

const summary = { encryptionId, algorithm: 'AES-256-GCM', state: 'enabled' };
const encryption = (mode: string) => ({ ...summary, masterKey: { mode } });
const client = (wire: Wire): EncryptionClient => new EncryptionClient(wire.transport, credentials);
const input = { encryptionId, data: 'text', encoding: 'utf8' as const, context: { a: '1' } };
const blob = {
  cipherText: 'AAEC',
  encryptionId,
  encryptionVersionId: versionId,
  algorithm: 'AES-256-GCM',
  metadata: { v: 1 },
};

describe('EncryptionClient', () => {
  it('sends its credentials, the request and the reason with each call', async () => {
    const wire = new Wire({ json: blob });
    await expect(client(wire).encrypt(input, context)).resolves.toEqual(blob);
    expect(wire.last?.headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/json',
      'x-api-key': 'key-1',
      'x-api-secret': 'kw_secret',
      'x-request-id': 'request-1',
      'x-access-reason': 'ticket 7',
    });
    expect(wire.sent).toEqual(input);
  });

  it('gives a blob back as it came, with its context and nothing else', async () => {
    const wire = new Wire({ json: { data: 'text', encoding: 'utf8' } });
    const stored = { ...blob, context: { a: '1' }, connectionId: 'ours alone' };
    await expect(client(wire).decrypt(stored, context)).resolves.toEqual({
      data: 'text',
      encoding: 'utf8',
    });
    expect(wire.sent).toEqual({ ...blob, context: { a: '1' } });
  });

  it('rotates under an Idempotency-Key', async () => {
    const wire = new Wire({ json: { newVersionId: versionId } });
    await expect(client(wire).rotate(encryptionId, 'once', context)).resolves.toEqual({
      newVersionId: versionId,
    });
    expect(wire.last?.headers['idempotency-key']).toBe('once');
  });

  it('makes an encryption of the id that it was given', async () => {
    const wire = new Wire({ status: 201, json: encryption('platform') });
    const made = client(wire).createEncryption(encryptionId, 'platform', context);
    await expect(made).resolves.toEqual({ ...summary, mode: 'platform' });
    expect(wire.sent).toEqual({ encryptionId, masterKey: { mode: 'platform' } });
    expect(wire.last?.headers).not.toHaveProperty('x-master-key');
  });

  it('deletes an encryption, and reads no body in what answers it', async () => {
    const wire = new Wire({ status: 204, contentType: '', body: Buffer.alloc(0) });
    await expect(client(wire).deleteEncryption(encryptionId, context)).resolves.toBeUndefined();
    expect(wire.last).toMatchObject({
      method: 'DELETE',
      path: `/v1/encryptions/${encryptionId}`,
    });
    const other = new Wire({ json: {} });
    await expect(client(other).deleteEncryption(encryptionId, context)).rejects.toMatchObject({
      code: 'encryption_service_rejected',
    });
  });

  it('asks for a page of versions', async () => {
    const wire = new Wire({ json: { items: [] } });
    await client(wire).listVersions(encryptionId, { limit: 20, cursor: 'a_b' }, context);
    expect(wire.last?.path).toBe(`/v1/encryptions/${encryptionId}/versions?limit=20&cursor=a_b`);
    expect(wire.last?.headers).not.toHaveProperty('content-type');
  });

  it('throws what the service answered', async () => {
    const problem = toProblem(new AppError('encryption_disabled'), 'request-1');
    const wire = new Wire({ status: 409, contentType: 'application/problem+json', json: problem });
    await expect(client(wire).encrypt(input, context)).rejects.toMatchObject({
      code: 'encryption_disabled',
    });
  });

  it.each<[string, Partial<WireAnswer>]>([
    ['a problem under status 200', { contentType: 'application/problem+json' }],
    ['text', { contentType: 'text/plain' }],
    ['another success', { status: 202 }],
    ['a redirect', { status: 302 }],
    ['no JSON', { body: Buffer.from('{') }],
    ['a key given twice', { body: Buffer.from('{"status":"ok","status":"ok"}') }],
    ['nothing', { body: Buffer.alloc(0) }],
    ['depth', { body: Buffer.from('['.repeat(100_000)) }],
    ['bytes that are not UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }],
  ])('rejects %s', async (_, answer) => {
    await expect(client(new Wire(answer)).health(context)).rejects.toMatchObject({
      code: 'encryption_service_rejected',
    });
  });

  it('does not send what the service would refuse for its size', async () => {
    const wire = new Wire({ json: blob });
    const large = { ...input, data: '\u0001'.repeat(2 * 1024 * 1024) };
    await expect(client(wire).encrypt(large, context)).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect(wire.last).toBeUndefined();
  });
});

describe('a client’s own master key', () => {
  const bytes = Buffer.alloc(32, 0xfb);
  const masterKey = SecretBytes.copyOf(bytes);
  const next = SecretBytes.copyOf(Buffer.alloc(32, 2));
  const keyed = { ...context, masterKey };
  const stored = { ...blob, context: {} };

  it.each<[string, unknown, number, (wire: Wire) => Promise<unknown>]>([
    ['encrypt', blob, 200, (wire) => client(wire).encrypt(input, keyed)],
    ['decrypt', { data: '', encoding: 'utf8' }, 200, (w) => client(w).decrypt(stored, keyed)],
    ['rotate', { newVersionId: versionId }, 200, (w) => client(w).rotate(encryptionId, 'a', keyed)],
    [
      'createEncryption',
      encryption('client'),
      201,
      (wire) => client(wire).createEncryption(encryptionId, 'client', keyed),
    ],
  ])('goes with %s as a header, and into no body', async (_, json, status, call) => {
    const wire = new Wire({ status, json });
    await call(wire);
    expect(wire.last?.headers['x-master-key']).toBe(bytes.toString('base64'));
    expect(wire.last?.headers).not.toHaveProperty('x-new-master-key');
    expect(JSON.stringify(wire.sent)).not.toContain(bytes.toString('base64'));
    expect(masterKey.expose()).toEqual(bytes);
  });

  it('goes with its successor into a rewrap, which is sent once', async () => {
    const wire = new Wire({ json: encryption('client') });
    await client(wire).rewrap(encryptionId, { old: masterKey, next }, context);
    expect(wire.last).toMatchObject({
      path: `/v1/encryptions/${encryptionId}/rewrap`,
      headers: {
        'x-master-key': bytes.toString('base64'),
        'x-new-master-key': next.expose().toString('base64'),
      },
      mayRepeat: false,
    });
    expect(wire.sent).toEqual({ mode: 'client' });
  });

  it.each<[string, number, unknown, (wire: Wire, context: object) => Promise<unknown>]>([
    ['health', 200, { status: 'ok', contract: 1 }, (w, c) => client(w).health(c as typeof context)],
    [
      'listVersions',
      200,
      { items: [] },
      (w, c) => client(w).listVersions(encryptionId, { limit: 1 }, c as typeof context),
    ],
    [
      'getEncryption',
      200,
      encryption('client'),
      (w, c) => client(w).getEncryption(encryptionId, c as typeof context),
    ],
    [
      'createEncryption under the key of the platform',
      201,
      encryption('platform'),
      (w, c) => client(w).createEncryption(encryptionId, 'platform', c as typeof context),
    ],
  ])('does not go with %s, whatever the caller’s object holds', async (_, status, json, call) => {
    for (const more of [{ masterKey }, { masterKey: 'absent' }, { masterKey: 'malformed' }]) {
      const wire = new Wire({ status, json });
      await call(wire, { ...context, ...more }).catch((error: unknown) => {
        // What is wrong with an answer is not looked at here.
        expect(error).toBeInstanceOf(AppError);
      });
      expect(wire.last?.headers).toMatchObject({ 'x-request-id': context.requestId });
      expect(wire.last?.headers).not.toHaveProperty('x-master-key');
    }
  });

  it.each(['createEncryption', 'rewrap'] as const)(
    'is not believed to wrap what the service calls its own: %s',
    async (operation) => {
      const status = operation === 'rewrap' ? 200 : 201;
      const wire = new Wire({ status, json: encryption('platform') });
      const call =
        operation === 'rewrap'
          ? client(wire).rewrap(encryptionId, { old: masterKey, next }, context)
          : client(wire).createEncryption(encryptionId, 'client', keyed);
      await expect(call).rejects.toMatchObject({ code: 'encryption_service_rejected' });
    },
  );
});

describe('OperatorClient', () => {
  it('makes a tenant that is bound to the certificate of the call', async () => {
    const app = { id: versionId, apiKey: 'k', apiSecret: 's' };
    const wire = new Wire({ status: 201, json: { tenantId: encryptionId, clients: { app } } });
    const operator = new OperatorClient(wire.transport, credentials);
    const made = await operator.createTenant({ tenantId: encryptionId, name: 'n' }, context);
    expect(made.apiKey).toBe('k');
    expect(wire.sent).toEqual({ tenantId: encryptionId, name: 'n' });
  });
});
