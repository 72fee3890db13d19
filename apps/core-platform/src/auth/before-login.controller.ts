import { Body, Controller } from '@nestjs/common';
import { encodeBase64 } from '@app/encoding';
import { type Call, CurrentCall, Endpoint, PUBLIC } from '@app/server';
import { factsOf } from '../access/caller.js';
import { HintAnswer, HintRequest, KeyDerivationAnswer, KeyDerivationRequest } from './auth.dto.js';
import { KeyDerivation } from './key-derivation.js';
import { ShowHint } from './show-hint.js';

/** What somebody is told before they log in. */
@Controller()
export class BeforeLoginController {
  readonly #derivation: KeyDerivation;
  readonly #showHint: ShowHint;

  constructor(derivation: KeyDerivation, showHint: ShowHint) {
    this.#derivation = derivation;
    this.#showHint = showHint;
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/key-derivation',
    access: PUBLIC,
    summary:
      'With what a client derives its keys from a password; it tells nothing of whether the name is taken',
    body: KeyDerivationRequest,
    answer: KeyDerivationAnswer,
    errors: ['rate_limited', 'database_unavailable'],
  })
  async derivation(@Body() { username }: KeyDerivationRequest): Promise<KeyDerivationAnswer> {
    const { salt, iterations, memoryKiB, parallelism } = await this.#derivation.of(username);
    return { algorithm: 'argon2id', salt: encodeBase64(salt), iterations, memoryKiB, parallelism };
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/hint',
    access: PUBLIC,
    summary:
      'The hint of a password, for whoever has the second factor, or where it is public. A lost password has no recovery',
    body: HintRequest,
    answer: HintAnswer,
    errors: [
      'unauthenticated',
      'locked',
      'rate_limited',
      'database_unavailable',
      'audit_unavailable',
    ],
  })
  async hint(@Body() body: HintRequest, @CurrentCall() call: Call): Promise<HintAnswer> {
    const hint = await this.#showHint.show(body, factsOf(call));
    return { passwordHint: hint.expose() };
  }
}
