import { AppError } from '@app/errors';

/** One error for every cause and no reason with it: telling them apart would let a caller test guesses about stored blobs. */
export function decryptionFailed(): AppError {
  return new AppError('decryption_failed');
}
