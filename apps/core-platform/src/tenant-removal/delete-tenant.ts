import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { errorFields } from '@app/server';
import type { TenantCaller } from '../access/caller.js';
import { personAct } from '../audit/act.js';
import { LOGGER, type Logger } from '../platform/logger.js';
import { FinishRemoval } from './finish-removal.js';
import { RemovalRepository } from './removal.repository.js';

/** Of erasing while the caller waits: enough for any but the largest vaults. */
const PATIENCE_MILLIS = 5_000;

@Injectable()
export class DeleteTenant {
  readonly #removals: RemovalRepository;
  readonly #finishRemoval: FinishRemoval;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    removals: RemovalRepository,
    finishRemoval: FinishRemoval,
    clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#removals = removals;
    this.#finishRemoval = finishRemoval;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * The tenant is gone for everybody once this resolves. What is then left of it (blobs of a very large vault, keys at a service that
   * does not answer) is erased later, however long that takes: see `ResumeRemovals`.
   *
   * @throws AppError `unauthenticated`, `not_found` or `forbidden` where the caller may not any more.
   */
  async delete(caller: TenantCaller): Promise<void> {
    const { tenantId, requestId } = caller;
    const subject = { kind: 'tenant', id: tenantId } as const;
    // The person's own: in the tenant nobody is left who could read it.
    await this.#removals.begin(
      caller,
      personAct(caller, 'tenant.delete', this.#clock.now(), { subject }),
    );
    try {
      await this.#finishRemoval.finish(tenantId, caller, this.#clock.nowMillis() + PATIENCE_MILLIS);
    } catch (error) {
      this.#logger.warn({ tenantId, requestId, ...errorFields(error) }, 'removal goes on later');
    }
  }
}
