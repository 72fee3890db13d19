import { generateSecret, generateSync, generateURI, verifySync } from 'otplib';
import { SecretString } from '@app/secret';

/** RFC 6238, section 5.2: "We RECOMMEND a default time-step size of 30 seconds". */
const TOTP_STEP_SECONDS = 30;

/** RFC 4226, section 4, R6: "We RECOMMEND a shared secret length of 160 bits". */
const SECRET_BYTES = 20;

// Not \d with the flag u, nor a look at the number: digits of other scripts are no code.
const CODE = /^[0-9]{6}$/;

/** The hash under a code, as RFC 6238, section 1.2, allows them. Authenticators know SHA-1 alone, and so do the secrets of this core. */
export type TotpHash = 'sha1' | 'sha256' | 'sha512';

/** A new secret of 160 random bits, as the base32 (RFC 4648, section 6, unpadded) that people type into an authenticator. */
export function generateTotpSecret(): SecretString {
  return new SecretString(generateSecret({ length: SECRET_BYTES }));
}

/** What an authenticator reads: the secret as an `otpauth:` URI, so it is as secret as that. */
export function totpUri(secret: SecretString, issuer: string, username: string): SecretString {
  return new SecretString(generateURI({ issuer, label: username, secret: secret.expose() }));
}

/**
 * Finds the time step of which `code` is the code (RFC 6238: SHA-1, 6 digits, 30 seconds), looking at the step of `atMillis` and one to
 * either side. It knows nothing of codes that were used before: the caller takes each step once.
 *
 * @param code - what was typed; anything but six ASCII digits is no code.
 * @returns `undefined` where it is the code of none.
 */
export function findTotpStep(
  secret: SecretString,
  code: string,
  atMillis: number,
): number | undefined {
  // The package throws for what has another form.
  if (!CODE.test(code)) return undefined;
  const result = verifySync({
    secret: secret.expose(),
    token: code,
    epoch: Math.floor(atMillis / 1_000),
    epochTolerance: TOTP_STEP_SECONDS,
    period: TOTP_STEP_SECONDS,
  });
  return result.valid && 'timeStep' in result ? result.timeStep : undefined;
}

/**
 * Computes a code of RFC 6238 with steps of 30 seconds from 1970 on.
 *
 * @param secret - at least 16 bytes. Borrowed.
 * @param atSeconds - whole seconds since 1970.
 */
export function computeTotp(
  secret: Uint8Array,
  atSeconds: number,
  form: { readonly hash: TotpHash; readonly digits: 6 | 7 | 8 },
): string {
  const { hash: algorithm, digits } = form;
  return generateSync({ secret, epoch: atSeconds, algorithm, digits, period: TOTP_STEP_SECONDS });
}
