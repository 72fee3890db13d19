import { AppError, toAppError } from '@app/errors';
import { isOutage, type KekProvider } from '@app/kek';

/** Whoever asks gives up after a second as a rule; a key service that is silent takes several. */
const LONGEST_WAIT_MILLIS = 800;

/** What readiness depends on. */
export interface ReadinessParts {
  /** Rejects where the database does not answer. */
  readonly pingDatabase: () => Promise<void>;
  /** The default master key. */
  readonly masterKey: Pick<KekProvider, 'checkHealth'>;
  /** How long kept keys go on working without their key service. */
  readonly graceMillis: number;
  /** Hears of it when the master key fails, and when it works again; not of each check. */
  readonly onChange: (error: AppError | undefined) => void;
  /** Milliseconds that only ever grow. */
  readonly nowMillis?: () => number;
}

/**
 * Whether new work should be sent to this process. A key service that is away makes all replicas alike unable to open new keys; while the
 * kept ones go on working, taking every replica out of service would make an outage of all tenants of what is one of few.
 */
export class Readiness {
  readonly #parts: ReadinessParts;
  readonly #nowMillis: () => number;
  #lastGoodMillis: number | undefined;
  #isFailing = false;

  constructor(parts: ReadinessParts) {
    this.#parts = parts;
    this.#nowMillis = parts.nowMillis ?? (() => performance.now());
  }

  /** @throws AppError `database_unavailable`, `kms_unavailable`. */
  async check(): Promise<void> {
    await this.#parts.pingDatabase();
    try {
      await this.#within(this.#checkMasterKey());
    } catch (thrown) {
      if (this.#isInGrace() && isOutage(thrown)) return;
      throw thrown;
    }
  }

  async #checkMasterKey(): Promise<void> {
    try {
      await this.#parts.masterKey.checkHealth();
    } catch (thrown) {
      this.#tell(toAppError(thrown));
      throw thrown;
    }
    this.#lastGoodMillis = this.#nowMillis();
    this.#tell(undefined);
  }

  /** What is not known in time counts as an outage; the check goes on, and a later one hears of it. */
  async #within(checked: Promise<void>): Promise<void> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new AppError('kms_unavailable'));
    }, LONGEST_WAIT_MILLIS);
    try {
      await Promise.race([checked, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  #isInGrace(): boolean {
    const { graceMillis } = this.#parts;
    return (
      this.#lastGoodMillis !== undefined && this.#nowMillis() - this.#lastGoodMillis < graceMillis
    );
  }

  #tell(error: AppError | undefined): void {
    const isFailing = error !== undefined;
    if (isFailing !== this.#isFailing) this.#parts.onChange(error);
    this.#isFailing = isFailing;
  }
}
