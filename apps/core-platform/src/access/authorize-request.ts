import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '@app/ambient';
import { AccessTokens } from '@app/credentials';
import { isUuid } from '@app/encoding';
import { AppError } from '@app/errors';
import { SigningKeys } from '../signing-keys/signing-keys.js';
import type { Principal } from './caller.js';
import { type Action, allows, isForAnyone, POLICY } from './policy.js';
import { PrincipalRepository } from './principal.repository.js';

const BEARER = /^Bearer +([A-Za-z0-9_.-]+)$/i;

/** Says who is calling and whether the policy lets them, before a byte of the body is read. */
@Injectable()
export class AuthorizeRequest {
  readonly #tokens: AccessTokens;
  readonly #keys: SigningKeys;
  readonly #principals: PrincipalRepository;
  readonly #clock: Clock;

  constructor(
    tokens: AccessTokens,
    keys: SigningKeys,
    principals: PrincipalRepository,
    clock: Clock,
  ) {
    this.#tokens = tokens;
    this.#keys = keys;
    this.#principals = principals;
    this.#clock = clock;
  }

  /**
   * Sets the principal of the request's call. A person who does not belong to the tenant of the route passes without a role: that the
   * tenant does not exist for them is said after the body has been checked.
   *
   * @throws AppError `unauthenticated` or `forbidden`.
   */
  async authorize(request: FastifyRequest, access: string): Promise<void> {
    if (!isAction(access)) throw new AppError('internal');
    const principal = await this.#authenticate(request);
    request.call.principal = principal;
    request.call.log['userId'] = principal.userId;
    if (isForAnyone(access) || principal.role === undefined) return;
    if (!allows(principal.role, access)) throw new AppError('forbidden');
  }

  async #authenticate(request: FastifyRequest): Promise<Principal> {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new AppError('unauthenticated');
    const claims = await this.#tokens.verify(token, (kid) => this.#keys.findPublicKey(kid));
    const tenantId = tenantIdOf(request);
    if (tenantId !== undefined) request.call.log['tenantId'] = tenantId;
    const found = await this.#principals.find(claims, tenantId, this.#clock.now());
    if (found === undefined) throw new AppError('unauthenticated');
    return { ...claims, ...found };
  }
}

function isAction(access: string): access is Action {
  return Object.hasOwn(POLICY, access);
}

/** The tenant of the route, or none where it names none or no UUID, which is refused later. */
function tenantIdOf(request: FastifyRequest): string | undefined {
  const { tenantId } = request.params as { tenantId?: string };
  return isUuid(tenantId) ? tenantId.toLowerCase() : undefined;
}
