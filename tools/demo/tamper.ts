import { TrialError } from '../trial/run-trial.js';
import type { BlobRow, CoreDatabase } from './core-database.js';
import { printable } from './record.js';
import type { StoredRecord, Vault } from './vault.js';

const BITS_PER_BYTE = 8;

/** A blob of the item that has ciphertext to change: that of an empty file has none, but that of its metadata always has. */
function blobToChange(blobs: readonly BlobRow[], itemId: string): BlobRow {
  const blob = blobs.find((one) => one.cipher_text.length > 0);
  if (blob === undefined) throw new TrialError('differs', `Item ${itemId} has no ciphertext.`);
  return blob;
}

/**
 * Changes one bit of an item's ciphertext in the database, shows that the item is refused, and puts the bit back.
 *
 * @returns what was done, in words.
 * @throws TrialError `differs` where the changed item is not refused, or does not come back once it is as it was.
 */
export async function tamper(
  stored: StoredRecord,
  vault: Vault,
  database: CoreDatabase,
): Promise<string[]> {
  const name = printable(stored.record.name);
  const blob = blobToChange(await database.blobRows(stored.itemId), stored.itemId);
  const bits = blob.cipher_text.length * BITS_PER_BYTE;
  const bit = Math.floor(bits / 2);
  await database.flipBit(blob.id, bit);
  const { status, body } = await vault.tryRead(stored).finally(() => {
    // Whatever came of it: a folder that is kept must not be left with a broken item.
    return database.flipBit(blob.id, bit);
  });
  if (status !== 422 || body['code'] !== 'decryption_failed' || 'data' in body) {
    throw new TrialError(
      'differs',
      `${name} was answered with ${status.toString()} after a change.`,
    );
  }
  const differences = await vault.differences(stored);
  if (differences.length > 0) {
    throw new TrialError('differs', `${name} did not come back whole: ${differences.join(', ')}`);
  }
  return [
    `Bit ${bit.toLocaleString('en')} of the ${bits.toLocaleString('en')} bits of the ${blob.part} of ${name} was turned round.`,
    'Reading it was refused: 422 decryption_failed. Not a byte of it came out.',
    'The bit was put back, and the file came back byte for byte.',
  ];
}
