import type { KeyPlace } from '@app/crypto';

export const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};

/** A record was changed behind the application's back. */
export const ALARM = { code: 'internal', alarm: 'wrapped_key_integrity' };
/** The key service is the reason, and no key is lost. */
export const UNAVAILABLE = { code: 'kms_unavailable', alarm: undefined };
