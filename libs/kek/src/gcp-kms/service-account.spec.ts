import { generateKeyPairSync } from 'node:crypto';
import { AppError } from '@app/errors';
import { SecretString } from '@app/secret';
import { describe, expect, it } from 'vitest';
import { serviceAccount } from './service-account.js';

const ACCOUNT = {
  type: 'service_account',
  client_email: 'keyward@p.iam.gserviceaccount.com',
  private_key: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  private_key_id: 'a1',
};

function codeOf(text: string): string | undefined {
  try {
    serviceAccount(new SecretString(text));
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

describe('the key of a service account', () => {
  it('signs tokens by itself', async () => {
    const client = serviceAccount(new SecretString(JSON.stringify(ACCOUNT)));
    const headers = await client.getRequestHeaders();
    const [header, payload] = (headers.get('authorization') ?? '')
      .replace('Bearer ', '')
      .split('.');
    const decoded = [header, payload].map((part): unknown =>
      JSON.parse(Buffer.from(part ?? '', 'base64url').toString()),
    );
    expect(decoded).toMatchObject([
      { alg: 'RS256', kid: 'a1' },
      { iss: ACCOUNT.client_email, scope: 'https://www.googleapis.com/auth/cloudkms' },
    ]);
  });

  it.each([
    ['text', 'not JSON'],
    ['a number', '1'],
    ['null', 'null'],
    ['another kind of credential', JSON.stringify({ ...ACCOUNT, type: 'external_account' })],
    ['an account without its key', JSON.stringify({ ...ACCOUNT, private_key: undefined })],
    ['an account without a name', JSON.stringify({ ...ACCOUNT, client_email: 1 })],
  ])('is not %s', (_, text) => {
    expect(codeOf(text)).toBe('invalid_request');
  });
});
