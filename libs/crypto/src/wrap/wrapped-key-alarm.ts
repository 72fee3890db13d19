import { AppError } from '@app/errors';

/** The word of the alarm that a stored wrapped key raises when it does not open. */
const WRAPPED_KEY_ALARM = 'wrapped_key_integrity';

/** Stored state is not what was written: whoever changed it must not learn more than that, and the operator must hear of it. */
export function wrappedKeyAlarm(reason: string): AppError {
  return new AppError('internal', { alarm: WRAPPED_KEY_ALARM, cause: new Error(reason) });
}
