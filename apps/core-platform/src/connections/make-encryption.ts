import type { CallContext } from '@app/encryption-client';
import { AppError } from '@app/errors';
import type { ServiceClient } from './local-service.js';

/** Makes an encryption of the given id; one that an earlier attempt made, whose answer was lost, is as good. */
export async function makeEncryption(
  client: ServiceClient,
  encryptionId: string,
  context: CallContext,
): Promise<void> {
  try {
    await client.createEncryption(encryptionId, context);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'already_exists') throw error;
    // Another tenant's would not be found.
    await client.getEncryption(encryptionId, context);
  }
}
