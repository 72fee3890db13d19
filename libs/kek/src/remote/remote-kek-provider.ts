import { randomBytes } from 'node:crypto';
import { KEK_BYTES, wrappedKeyAlarm, type WrapPlace } from '@app/crypto';
import { AppError, toAppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { isBrokenCircuitError, isBulkheadRejectedError, isTaskCancelledError } from 'cockatiel';
import { KekProvider, type WrappingKey } from '../kek-provider.js';
import type { KekKind } from '../kek-uri.js';
import { HealthMemory } from './health-memory.js';
import { bindingOf, type KeyService, KeyServiceError } from './key-service.js';
import { UnusableMasterKey } from './unusable-master-key.js';
import { type Attempt, type Draw, makeAttempt } from './resilience.js';
import type { ResilienceOptions } from './resilience-settings.js';

/** What the provider of a key service is made of. */
export interface RemoteKekOptions {
  readonly name: string;
  readonly kind: KekKind;
  readonly uri: string;
  /** Handed over: closed with the provider. */
  readonly service: KeyService;
  readonly resilience: ResilienceOptions;
  /** Whether it does one thing after the other: then no try's time goes by in its queue. */
  readonly oneAtATime?: boolean;
  /** Waits, for tests. */
  readonly draw?: Draw;
}

/** Longer than what any of the key services makes of 32 bytes: AWS's limit is 6,144. */
const MAX_PROVIDED_BYTES = 8_192;

/**
 * A master key that stays in its key service. It wraps a fresh wrapping key for each record, and every record needs one call of the
 * service to open. A kind of service is a {@link KeyService}; what one would get wrong is here: checks of what it hands over, tries with
 * an end, the circuit breaker, and what each failure means to the caller.
 */
export class RemoteKekProvider extends KekProvider {
  readonly name: string;
  readonly kind: KekKind;
  readonly uri: string;
  readonly #service: KeyService;
  readonly #resilience: ResilienceOptions;
  readonly #attempt: Attempt;
  readonly #health: HealthMemory;

  constructor(options: RemoteKekOptions) {
    super();
    this.name = options.name;
    this.kind = options.kind;
    this.uri = options.uri;
    this.#service = options.service;
    this.#resilience = options.resilience;
    this.#attempt = makeAttempt(options);
    this.#health = new HealthMemory(options.resilience.healthMemory, () => super.checkHealth());
  }

  /** The outcome of a round trip, remembered for some seconds: many probes are one call of the service. */
  override checkHealth(): Promise<void> {
    return this.#health.check();
  }

  override close(): Promise<void> {
    return this.#service.close();
  }

  protected override async newWrappingKey(place: WrapPlace): Promise<WrappingKey> {
    const kek = new SecretBytes(randomBytes(KEK_BYTES));
    try {
      return { kek, provided: await this.#wrapKey(place, kek.expose()) };
    } catch (error) {
      kek.dispose();
      throw this.#asAppError(error);
    }
  }

  protected override async openWrappingKey(
    place: WrapPlace,
    provided: Buffer | undefined,
  ): Promise<SecretBytes> {
    if (provided === undefined || !isPlausible(provided)) {
      throw wrappedKeyAlarm('a key under a key service has nothing provided that could be of it');
    }
    const binding = bindingOf(place, this.uri);
    try {
      return new SecretBytes(
        await this.#attempt(async (signal) => {
          const key = await this.#service.unwrapKey(binding, provided, signal);
          // A late answer has no reader any more.
          if (key.length === KEK_BYTES && !signal.aborted) return key;
          key.fill(0);
          throw new KeyServiceError('nonsense', 'a key of another length');
        }),
      );
    } catch (error) {
      throw this.#asAppError(error);
    }
  }

  /** What a failure means to whoever asked: a retry may cure it, or what was stored is not what was written. Anything else is a fault of ours. */
  #asAppError(error: unknown): AppError {
    const known = asKeyServiceError(error);
    if (known === undefined) return toAppError(error);
    if (known.reason === 'refused')
      return wrappedKeyAlarm(`the key service of "${this.name}" does not open what was stored`);
    const waitMillis = isBrokenCircuitError(error)
      ? this.#resilience.breakerPause
      : (known.retryAfterMillis ?? 0);
    return new AppError('kms_unavailable', {
      cause: new UnusableMasterKey(this.name, known),
      retryAfterSeconds: Math.max(1, Math.ceil(waitMillis / 1000)),
    });
  }

  async #wrapKey(place: WrapPlace, key: Buffer): Promise<Buffer> {
    const binding = bindingOf(place, this.uri);
    return this.#attempt(async (signal) => {
      // A copy for each try: one that hangs may read its key after the caller has overwritten it.
      const copy = Buffer.from(key);
      try {
        const provided = await this.#service.wrapKey(binding, copy, signal);
        if (isPlausible(provided) && !provided.includes(copy)) return provided;
        throw new KeyServiceError('nonsense', 'a ciphertext of another form');
      } finally {
        copy.fill(0);
      }
    });
  }
}

/** Why there is no answer, where the reason is on this side too; undefined for what is a fault of ours. */
function asKeyServiceError(error: unknown): KeyServiceError | undefined {
  if (error instanceof KeyServiceError) return error;
  if (isBrokenCircuitError(error))
    return new KeyServiceError('unavailable', 'left alone for a while after failed tries');
  if (isTaskCancelledError(error)) return new KeyServiceError('unavailable', 'no answer in time');
  return isBulkheadRejectedError(error)
    ? new KeyServiceError('unavailable', 'too many calls wait already')
    : undefined;
}

/** Whether these bytes can be what a service made of a key: no shorter, and short enough for a row. */
function isPlausible(provided: Buffer): boolean {
  return provided.length >= KEK_BYTES && provided.length <= MAX_PROVIDED_BYTES;
}
