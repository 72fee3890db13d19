import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { invalidField } from '@app/errors';
import { SecretString } from '@app/secret';

/** In Unicode code points, after NFKC. */
const MIN_PASSWORD_LENGTH = 15;
const MAX_PASSWORD_LENGTH = 128;

/**
 * In UTF-16 code units, before NFKC: a longer text is refused before anything is computed from it. Generous, since one character may be
 * spelled with several combining marks.
 */
export const MAX_RAW_PASSWORD_LENGTH = 1_024;

/** In characters: shorter names stand in passwords by chance, and a password is too long to be no more than one. */
const MIN_TELLING_NAME = 5;

/** Fewer guesses than this and an attacker with a list of patterns finds the password within hours, whatever the hash costs. */
const MIN_GUESSES = 1e8;

const guesser = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });

/** NFKC (UAX #15), so that one password typed on two keyboards is one password. */
export function normalisePassword(password: string): SecretString {
  return new SecretString(password.normalize('NFKC'));
}

/**
 * Checks a new password: 15 to 128 code points, without a name of five characters or more in it, not one that is soon guessed. There are no rules of composition (NIST
 * SP 800-63B, section 3.1.1.2).
 *
 * @param password - out of {@link normalisePassword}.
 * @throws AppError `invalid_request`, naming `field`.
 */
export function checkNewPassword(password: SecretString, username: string, field: string): void {
  const text = password.expose();
  const length = [...text].length;
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH)
    throw invalidField(field, 'must have 15 to 128 characters');
  if (username.length >= MIN_TELLING_NAME && text.toLowerCase().includes(username.toLowerCase()))
    throw invalidField(field, 'must not contain the username');
  // NIST SP 800-63B, section 3.1.1.2: "Verifiers SHALL compare the prospective secret against a blocklist".
  if (guesser.check(text, [username, 'keyward']).guesses < MIN_GUESSES)
    throw invalidField(field, 'is too common or too regular');
}

/**
 * Checks a hint against the password that it is about. It is kept sealed but shown to whoever may see it, so it must not give the
 * password away whole, in whatever case; how much else it gives away is for its person to weigh.
 *
 * @param password - out of {@link normalisePassword}.
 * @throws AppError `invalid_request`, naming `field`.
 */
export function checkPasswordHint(hint: string, password: SecretString, field: string): void {
  const folded = (text: string): string => text.normalize('NFKC').toLowerCase();
  if (folded(hint).includes(folded(password.expose())))
    throw invalidField(field, 'must not contain the password');
}
