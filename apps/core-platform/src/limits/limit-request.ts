import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { HEADERS } from '@app/contract';
import { addressKey, BlockLimiter, type Demand, FailureLimiter, type RateRule } from '@app/limits';
import type { Call } from '@app/server';
import { LIMIT_RULES, type LimitRules } from './limit-rules.js';

const API = '/api/v1';

/** Routes without credentials that cost more than others, or tell who is there. */
const OF_AN_ADDRESS: Readonly<Record<string, 'login' | 'register'>> = {
  [`${API}/auth/register`]: 'register',
  [`${API}/auth/login`]: 'login',
  [`${API}/auth/key-derivation`]: 'login',
  [`${API}/auth/hint`]: 'login',
};

/** Who has proved who they are. */
export interface KnownCaller {
  /** `person/<id>` or `machine/<id>`. */
  readonly key: string;
  /** The tenant in which they act; only where they belong to it, or anybody could use up what it has. */
  readonly tenantId: string | undefined;
}

/**
 * Refuses what is too much: by address before anybody says who they are, and by caller and tenant once that is known. All of it holds
 * across replicas.
 */
@Injectable()
export class LimitRequest {
  readonly #limiter: BlockLimiter;
  readonly #rules: LimitRules;
  readonly #failures: FailureLimiter;

  constructor(limiter: BlockLimiter, @Inject(LIMIT_RULES) rules: LimitRules) {
    this.#limiter = limiter;
    this.#rules = rules;
    const { failuresOfOne: ofCredential, failures: ofAddress } = rules;
    this.#failures = new FailureLimiter(limiter, { ofCredential, ofAddress });
  }

  /**
   * Before a credential is looked at.
   *
   * @param path - of the route, as it is declared.
   * @throws AppError `rate_limited`.
   */
  async byAddress({ address }: Call, path: string): Promise<void> {
    const of = addressKey(address);
    const name = Object.hasOwn(OF_AN_ADDRESS, path) ? OF_AN_ADDRESS[path] : undefined;
    await this.#limiter.admit([
      this.#demand('address', of, this.#rules.address),
      ...(name === undefined ? [] : [this.#demand(name, of, this.#rules[name])]),
    ]);
  }

  /** Once it is known who calls. @throws AppError `rate_limited`. */
  async byCaller({ key, tenantId }: KnownCaller): Promise<void> {
    await this.#limiter.admit([
      this.#demand('caller', key, this.#rules.caller),
      ...(tenantId === undefined ? [] : [this.#demand('tenant', tenantId, this.#rules.tenant)]),
    ]);
  }

  /**
   * Finds out who calls, unless too many from their address have failed to say so.
   *
   * @throws AppError `rate_limited`, and what `authenticate` throws.
   */
  authenticating<T>({ call, headers }: FastifyRequest, authenticate: () => Promise<T>): Promise<T> {
    const { authorization, [HEADERS.apiKey]: apiKey } = headers;
    const credential = digestOf(String(authorization ?? apiKey ?? ''));
    return this.#failures.guard(addressKey(call.address), credential, authenticate);
  }

  #demand(name: string, of: string, rule: RateRule | undefined): Demand {
    return { key: `${name}/${of}`, rule };
  }
}

/** Names a credential without telling it: a token is one itself. */
function digestOf(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url');
}
