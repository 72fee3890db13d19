import { SUITES } from '@app/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, ServiceApp } from '../support/service-app.js';

let service: ServiceApp;
let admin: Credentials;
let app: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin, app } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

describe.each(Object.keys(SUITES))('an encryption of %s', (algorithm) => {
  it('opens what it sealed, also under a version that a rotation put aside', async () => {
    const made = await service.send('POST', '/v1/encryptions', {
      as: admin,
      body: { algorithm, masterKey: { mode: 'platform' } },
    });
    expect(made.json).toMatchObject({ algorithm });
    const encryptionId = String(made.json['encryptionId']);
    const sealed = await service.send('POST', '/v1/encrypt', {
      as: app,
      body: { encryptionId, data: 'attack at dawn', context: { a: 'b' } },
    });
    expect(sealed.json).toMatchObject({ algorithm, encryptionId });
    await service.send('POST', '/v1/rotate', { as: admin, body: { encryptionId } });
    const opened = await service.send('POST', '/v1/decrypt', {
      as: app,
      body: { ...sealed.json, context: { a: 'b' } },
    });
    expect(opened.json).toEqual({ data: 'attack at dawn', encoding: 'utf8' });
    const elsewhere = await service.send('POST', '/v1/decrypt', { as: app, body: sealed.json });
    expect([elsewhere.status, elsewhere.json['code']]).toEqual([422, 'decryption_failed']);
  });
});
