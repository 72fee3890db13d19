import { ClientKeysError } from '@app/client-keys';
import { AppError } from '@app/errors';

/** What a client was refused with, its code first and then the fields that are named; `done` where it was not refused. */
export async function clientRefusal(work: () => unknown): Promise<readonly string[] | 'done'> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (error instanceof ClientKeysError)
      return [error.code, ...(error.field === undefined ? [] : [error.field])];
    if (error instanceof AppError)
      return [error.code, ...(error.errors ?? []).map(({ field }) => field)];
    throw error;
  }
}

/** A copy with one bit changed. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
