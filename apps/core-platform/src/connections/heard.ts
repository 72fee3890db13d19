import { passOn } from '@app/encryption-client';

/** The service's refusals as the core's callers hear them; those of the core's own database must not come through here. */
export async function heard<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw passOn(error);
  }
}
