import { AppError } from '@app/errors';

/** What something was refused with. */
export interface Refusal {
  readonly code: string;
  readonly alarm: string | undefined;
}

function toRefusal(error: unknown): Refusal {
  if (!(error instanceof AppError)) throw error;
  return { code: error.code, alarm: error.alarm };
}

/** What a call was refused with, and undefined where it was not; anything but an AppError is a fault of the code under test. */
export async function refusal(promise: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return toRefusal(error);
  }
}

/** As {@link refusal}, of what is done at once. */
export function refusalOf(action: () => unknown): Refusal | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return toRefusal(error);
  }
}
