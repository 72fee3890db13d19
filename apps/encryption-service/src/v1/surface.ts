import type { Type } from '@nestjs/common';
import { openApiDocument } from '@app/server';

/** What this service has beyond encrypt, decrypt and rotate, as `GET /v1/health` tells it. */
export const FEATURES = [
  'context',
  'encoding',
  'batch',
  'reencrypt',
  'verify',
  'streams',
  'data-keys',
  'export',
  'import',
  'lifecycle',
  'client-mode',
  'rewrap',
] as const;

/** The token under which the controller finds the document. */
export const OPENAPI_DOCUMENT = Symbol('openapi document');

const INFO = {
  title: 'Keyward encryption service',
  description:
    'Encrypts and decrypts under versioned keys. Mutual TLS 1.3: every connection needs a client certificate of the configured CA, ' +
    'and every call but this document an API key with its secret as well.',
  securitySchemes: {
    apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
    apiSecret: { type: 'apiKey', in: 'header', name: 'X-Api-Secret' },
    clientCertificate: { type: 'mutualTLS' },
  },
  security: [{ apiKey: [], apiSecret: [], clientCertificate: [] }],
} as const;

/** The document of a set of controllers. */
export function documentOf(controllers: readonly Type[]): object {
  return openApiDocument(INFO, controllers);
}
