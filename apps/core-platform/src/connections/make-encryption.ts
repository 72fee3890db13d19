import type { MasterKeyMode } from '@app/contract';
import type { KeyContext } from '@app/encryption-client';
import { AppError } from '@app/errors';
import type { ServiceClient } from './local-service.js';

/**
 * Makes an encryption of the given id; one that an earlier attempt made, whose answer was lost, is as good.
 *
 * @throws AppError what the service answered; `encryption_service_rejected` for one that is under another kind of master key.
 */
export async function makeEncryption(
  client: ServiceClient,
  encryptionId: string,
  mode: MasterKeyMode,
  context: KeyContext,
): Promise<void> {
  try {
    await client.createEncryption(encryptionId, mode, context);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'already_exists') throw error;
    // Another tenant's would not be found.
    const found = await client.getEncryption(encryptionId, context);
    if (found.mode !== mode) throw new AppError('encryption_service_rejected', { cause: error });
  }
}
