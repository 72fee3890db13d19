import { Controller } from '@nestjs/common';
import type { PublicJwk } from '@app/credentials';
import { Endpoint, PUBLIC } from '@app/server';
import { SigningKeys } from './signing-keys.js';

const JWK = {
  type: 'object',
  required: ['kty', 'crv', 'x', 'kid', 'use', 'alg'],
  properties: {
    kty: { type: 'string', const: 'OKP' },
    crv: { type: 'string', const: 'Ed25519' },
    x: { type: 'string' },
    kid: { type: 'string' },
    use: { type: 'string', const: 'sig' },
    alg: { type: 'string', const: 'EdDSA' },
  },
  additionalProperties: false,
} as const;

@Controller()
export class JwksController {
  readonly #keys: SigningKeys;

  constructor(keys: SigningKeys) {
    this.#keys = keys;
  }

  @Endpoint({
    method: 'GET',
    path: '/.well-known/jwks.json',
    access: PUBLIC,
    summary: 'The public keys under which access tokens are signed (RFC 7517)',
    document: {
      mediaType: 'application/json',
      schema: {
        type: 'object',
        required: ['keys'],
        properties: { keys: { type: 'array', items: JWK } },
        additionalProperties: false,
      },
    },
  })
  keys(): { readonly keys: readonly PublicJwk[] } {
    return { keys: this.#keys.publicKeys() };
  }
}
