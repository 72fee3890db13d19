/** What each refusal means. No text ever holds what a core sent or a person typed. */
const MEANINGS = {
  unsupported_runtime:
    'This runtime lacks Web Crypto with X25519, or the page is not served over HTTPS: keys cannot be made here.',
  core_unreachable: 'The core cannot be reached, or it redirected the call elsewhere.',
  malformed_answer: 'The core answered in a form that it does not have.',
  unacceptable_parameters:
    'The core named parameters of key derivation that are out of bounds. Nothing was sent to it.',
  weaker_parameters:
    'The core named weaker parameters of key derivation than it had before for this account. Nothing was sent to it.',
  public_key_not_confirmed: "The fingerprint of the member's public key was not confirmed.",
  public_key_changed: "The member's public key is not the one that was confirmed before.",
  memory_unreadable:
    'What this client remembers cannot be read, and without it nothing is trusted.',
  password_change_unsettled:
    'The change of the password broke off. Log in with the password that works, and take over what the other one still holds.',
} as const;

/** Why a client refuses; what a core refuses is an AppError with the core's code. */
export type ClientKeysErrorCode = keyof typeof MEANINGS;

export interface ClientKeysErrorOptions {
  readonly cause?: unknown;
  /** Which member of an answer was wrong. */
  readonly field?: string;
}

/** A refusal of the client itself: it does not trust, does not understand or does not reach its core, or cannot work where it runs. */
export class ClientKeysError extends Error {
  override readonly name = 'ClientKeysError';
  readonly field: string | undefined;

  constructor(
    readonly code: ClientKeysErrorCode,
    { cause, field }: ClientKeysErrorOptions = {},
  ) {
    super(MEANINGS[code], cause === undefined ? undefined : { cause });
    this.field = field;
  }
}
