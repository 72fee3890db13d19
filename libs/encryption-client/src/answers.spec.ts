import { describe, expect, it } from 'vitest';
import { readBlob, readOpenedData } from './data-answers.js';
import { readEncryption, readRotation, readVersions } from './key-answers.js';
import { readHealth, readTenantCredentials } from './service-answers.js';

const encryptionId = '11111111-1111-4111-8111-11111111111a';
const versionId = '22222222-2222-4222-8222-22222222222b';
const rejected = { code: 'encryption_service_rejected' };
const rejection = expect.objectContaining(rejected) as unknown;

const ofMode = (mode: unknown): unknown => ({
  ...{ encryptionId, algorithm: 'AES-256-GCM', state: 'enabled' },
  masterKey: mode === undefined ? undefined : { mode },
});

const input = {
  encryptionId,
  data: 'a letter of more than 16 bytes',
  encoding: 'utf8' as const,
  context: {},
};
const blob = {
  cipherText: 'AAECAw==',
  encryptionId,
  encryptionVersionId: versionId,
  algorithm: 'AES-256-GCM',
  metadata: { v: 1 },
};

describe('readBlob', () => {
  it('takes the answer of the contract and drops what it does not know', () => {
    expect(readBlob({ ...blob, extra: 1 }, input)).toEqual(blob);
  });

  it('writes ids in lower case', () => {
    const shouted = { ...blob, encryptionVersionId: versionId.toUpperCase() };
    expect(readBlob(shouted, input).encryptionVersionId).toBe(versionId);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['nothing', null],
    ['an empty object', {}],
    ['no ciphertext', { ...blob, cipherText: undefined }],
    ['a number as ciphertext', { ...blob, cipherText: 7 }],
    ['base64 without padding', { ...blob, cipherText: 'AAECAw' }],
    ['base64url', { ...blob, cipherText: '_-8=' }],
    ['base64 with unused bits', { ...blob, cipherText: 'AAECAx==' }],
    ['another encryption', { ...blob, encryptionId: versionId }],
    ['a version that is no UUID', { ...blob, encryptionVersionId: 'v1' }],
    ['no algorithm', { ...blob, algorithm: '' }],
    ['a novel as algorithm', { ...blob, algorithm: 'x'.repeat(65) }],
    ['an algorithm with a line end', { ...blob, algorithm: 'AES\r\nx' }],
    ['an algorithm with a space', { ...blob, algorithm: 'AES 256' }],
    ['an algorithm beyond ASCII', { ...blob, algorithm: 'ＡＥＳ' }],
    ['metadata as text', { ...blob, metadata: 'x' }],
    ['metadata as a list', { ...blob, metadata: [] }],
    ['endless metadata', { ...blob, metadata: { x: 'x'.repeat(20_000) } }],
    ['the plaintext itself', { ...blob, cipherText: Buffer.from(input.data).toString('base64') }],
  ])('refuses %s', (_, answer) => {
    expect(() => readBlob(answer, input)).toThrow(rejection);
  });

  it('refuses the plaintext also where it came as base64', () => {
    const data = Buffer.alloc(32, 7).toString('base64');
    const echo = { ...blob, cipherText: data };
    expect(() => readBlob(echo, { ...input, data, encoding: 'base64' })).toThrow(rejection);
  });

  it('takes an empty ciphertext of empty data', () => {
    expect(readBlob({ ...blob, cipherText: '' }, { ...input, data: '' }).cipherText).toBe('');
  });
});

describe('readOpenedData', () => {
  it('takes text, base64, empty data and an origin', () => {
    expect(readOpenedData({ data: '', encoding: 'utf8' })).toEqual({ data: '', encoding: 'utf8' });
    expect(readOpenedData({ data: 'AA==', encoding: 'base64', origin: versionId })).toEqual({
      data: 'AA==',
      encoding: 'base64',
      origin: versionId,
    });
  });

  it.each<[string, unknown]>([
    ['no data', { encoding: 'utf8' }],
    ['no encoding', { data: 'x' }],
    ['another encoding', { data: 'x', encoding: 'hex' }],
    ['text that claims to be base64', { data: 'not base64', encoding: 'base64' }],
    ['an origin that is no UUID', { data: 'x', encoding: 'utf8', origin: 'v1' }],
    ['text', 'x'],
  ])('refuses %s', (_, answer) => {
    expect(() => readOpenedData(answer)).toThrow(rejection);
  });
});

describe('answers about keys', () => {
  const version = {
    encryptionVersionId: versionId,
    number: 1,
    state: 'active',
    algorithm: 'AES-256-GCM',
    createdAt: '2030-01-01T00:00:00.000Z',
    activatedAt: '2030-01-01T00:00:00.000Z',
    messages: 3,
  };

  const with_ = (field: string, value: string) => ({ items: [{ ...version, [field]: value }] });
  const withTime = (time: string) => with_('createdAt', time);

  it('reads a rotation, an encryption and a page of versions', () => {
    expect(readRotation({ newVersionId: versionId })).toEqual({ newVersionId: versionId });
    const encryption = { encryptionId, algorithm: 'AES-256-GCM', state: 'enabled' };
    const answer = { ...encryption, masterKey: { mode: 'client' }, version };
    expect(readEncryption(answer, encryptionId)).toEqual({ ...encryption, mode: 'client' });
    expect(readVersions({ items: [version], nextCursor: 'c' })).toEqual({
      items: [version],
      nextCursor: 'c',
    });
  });

  it('drops what a version must not carry', () => {
    const [read] = readVersions({ items: [{ ...version, record: { ct: 'x' } }] }).items;
    expect(read).toEqual(version);
  });

  it.each<[string, () => unknown]>([
    ['a rotation without a version', () => readRotation({})],
    ['another encryption', () => readEncryption({ encryptionId: versionId }, encryptionId)],
    ['an encryption of no master key', () => readEncryption(ofMode(undefined), encryptionId)],
    ['an encryption of another mode', () => readEncryption(ofMode('none'), encryptionId)],
    ['a state of no standard', () => readVersions({ items: [{ ...version, state: 'retired' }] })],
    ['versions that are no list', () => readVersions({ items: {} })],
    ['a version that is no object', () => readVersions({ items: [1] })],
    ['a negative count', () => readVersions({ items: [{ ...version, messages: -1 }] })],
    ['a count that is no integer', () => readVersions({ items: [{ ...version, number: 1.5 }] })],
    ['a time that is none', () => readVersions({ items: [{ ...version, createdAt: 'now' }] })],
    ['a day that there is not', () => readVersions(withTime('2030-02-31T00:00:00Z'))],
    ['a time without its zone', () => readVersions(withTime('2030-01-01T00:00:00'))],
    ['a time with more behind it', () => readVersions(withTime('2030-01-01T00:00:00Z (ours)'))],
    ['a word with a control character', () => readVersions(with_('algorithm', 'AES\u0000'))],
    ['a cursor that could not be sent', () => readVersions({ items: [], nextCursor: 'a b' })],
    ['an endless cursor', () => readVersions({ items: [], nextCursor: 'x'.repeat(401) })],
    ['an empty cursor', () => readVersions({ items: [], nextCursor: '' })],
    ['more versions than a page has', () => readVersions({ items: Array(201).fill(version) })],
  ])('refuses %s', (_, read) => {
    expect(read).toThrow(rejection);
  });
});

describe('answers about the service', () => {
  const health = {
    status: 'ok',
    contract: 1,
    client: { scopes: ['encrypt'] },
    features: ['context'],
  };
  const app = { id: versionId, apiKey: 'key', apiSecret: 'kw_secret' };
  const tenant = { tenantId: encryptionId, name: 'n', state: 'enabled', clients: { app } };

  it('reads health', () => {
    expect(readHealth(health)).toEqual({ scopes: ['encrypt'], features: ['context'] });
  });

  it.each([
    { ...health, contract: 2 },
    { ...health, status: 'down' },
    { ...health, features: [1] },
    { ...health, client: {} },
  ])('refuses another contract and broken lists', (answer) => {
    expect(() => readHealth(answer)).toThrow(rejection);
  });

  it('reads credentials and keeps the secret from printing', () => {
    const credentials = readTenantCredentials(tenant, encryptionId);
    expect(credentials.apiKey).toBe('key');
    expect(credentials.apiSecret.expose()).toBe('kw_secret');
    expect(JSON.stringify(credentials)).not.toContain('kw_secret');
  });

  it.each<[string, unknown]>([
    ['another tenant', { ...tenant, tenantId: versionId }],
    ['no app client', { ...tenant, clients: {} }],
    [
      'a secret that would break a header',
      { ...tenant, clients: { app: { ...app, apiSecret: 'a\r\nb' } } },
    ],
    ['an empty key', { ...tenant, clients: { app: { ...app, apiKey: '' } } }],
  ])('refuses credentials of %s', (_, answer) => {
    expect(() => readTenantCredentials(answer, encryptionId)).toThrow(rejection);
  });
});
