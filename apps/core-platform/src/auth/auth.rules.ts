import { rules } from '@app/contract';
import { MAX_RAW_PASSWORD_LENGTH } from '@app/credentials';

function textUpTo(most: number) {
  return {
    rule: `must be text of 1 to ${most.toString()} characters`,
    schema: { type: 'string', minLength: 1, maxLength: most },
    check: (value: unknown) =>
      typeof value === 'string' && value.length > 0 && value.length <= most,
  };
}

export const PASSWORD = textUpTo(MAX_RAW_PASSWORD_LENGTH);

/** Six digits or a recovery code; what else it is, is a wrong code and not a malformed field. */
export const TOTP_CODE = textUpTo(64);

export const HINT = rules.label(200);
