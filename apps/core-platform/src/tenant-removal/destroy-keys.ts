import { type CallContext, passOn } from '@app/encryption-client';
import { AppError } from '@app/errors';
import type { ServiceClient } from '../connections/local-service.js';

/** What a service says of an encryption that is not there, or whose destruction was scheduled by an earlier attempt. */
const AS_GOOD_AS_GONE = new Set(['not_found', 'conflict', 'version_destroyed']);
const GOING = new Set(['destroyScheduled', 'destroyed']);

/**
 * Has a service destroy an encryption; one that is on its way, or was never made, is as good.
 *
 * @throws AppError as `passOn` gives it.
 */
export async function destroyKeys(
  client: ServiceClient,
  encryptionId: string,
  context: CallContext,
): Promise<void> {
  try {
    await client.deleteEncryption(encryptionId, context);
  } catch (error) {
    if (!isGone(error)) throw passOn(error);
    if (codeOf(error) === 'conflict') await assertGoing(client, encryptionId, context);
  }
}

/** A conflict is what an earlier attempt leaves behind, whose answer was lost; it is looked at, and not taken for it. */
async function assertGoing(
  client: ServiceClient,
  encryptionId: string,
  context: CallContext,
): Promise<void> {
  try {
    const { state } = await client.getEncryption(encryptionId, context);
    if (GOING.has(state)) return;
  } catch (error) {
    throw passOn(error);
  }
  throw new AppError('encryption_service_rejected');
}

function isGone(error: unknown): boolean {
  return AS_GOOD_AS_GONE.has(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof AppError ? error.code : undefined;
}
