import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '@app/config';
import { AppError } from '@app/errors';
import { OPTIONS } from '../config.js';
import { openLocalService } from './open-local-service.js';

const CANARY = 'kw_canary';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-service-'));
  for (const name of ['ca.pem', 'core.pem', 'core.key']) writeFileSync(join(folder, name), '');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function configWith(operator: string, url = 'https://localhost:8443') {
  const env = {
    CP_TLS_CERTIFICATE: 'x',
    CP_TLS_KEY: 'x',
    CP_DATABASE_URL: 'postgres://localhost/x',
    CP_SECRET: Buffer.alloc(32).toString('base64'),
    CP_SERVICE_URL: url,
    CP_SERVICE_CA: join(folder, 'ca.pem'),
    CP_SERVICE_CERTIFICATE: join(folder, 'core.pem'),
    CP_SERVICE_KEY: join(folder, 'core.key'),
    CP_SERVICE_OPERATOR: operator,
  };
  return loadConfig({ prefix: 'CP', options: OPTIONS, argv: [], env }).values;
}

describe('openLocalService', () => {
  it('takes what `operator create` wrote, and connects to nothing yet', async () => {
    const operator = JSON.stringify({ apiKey: 'kwo_1', apiSecret: CANARY });
    const { transport, service } = await openLocalService(configWith(operator));
    expect(JSON.stringify(service)).not.toContain(CANARY);
    await expect(transport.close()).resolves.toBeUndefined();
  });

  it.each([
    ['no JSON', CANARY],
    ['cut JSON', `{"apiKey":"k","apiSecret":"${CANARY}`],
    ['a list', `["${CANARY}"]`],
    ['null', 'null'],
    ['no key', `{"apiSecret":"${CANARY}"}`],
    ['no secret', '{"apiKey":"k"}'],
  ])('refuses %s, and says nothing of what it holds', async (_, operator) => {
    const refusal: unknown = await openLocalService(configWith(operator)).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: 'internal' });
    const { message, detail, cause } = refusal as AppError;
    expect(JSON.stringify([message, detail, cause])).not.toContain(CANARY);
  });

  it.each(['http://localhost:8443', 'localhost:8443', 'unix:/run/x'])(
    'is not configured with %s, where secrets would go in clear',
    (url) => {
      const operator = JSON.stringify({ apiKey: 'k', apiSecret: CANARY });
      expect(() => configWith(operator, url)).toThrow(/CP_SERVICE_URL.*must be a URL of https:/s);
    },
  );

  it('names a file that is not there', async () => {
    const config = configWith('{"apiKey":"k","apiSecret":"s"}');
    const missing = { ...config, service: { ...config.service, ca: join(folder, 'no-such.pem') } };
    await expect(openLocalService(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
