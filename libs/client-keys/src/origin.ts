import { invalidField } from '@app/errors';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;
const RULE = 'must be the origin of a core: https, host and port, and nothing behind';

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    // Its message quotes what was configured.
    throw invalidField('origin', RULE);
  }
}

/**
 * The origin that a client was configured with, as a browser serialises it: host in lower case and Punycode, no default port. It goes into
 * every key, so that a password typed for one core tells nothing at another.
 *
 * @throws AppError `invalid_request` for anything but an origin over HTTPS; plain HTTP is for this machine alone.
 */
export function parseOrigin(text: string): string {
  const url = parse(text);
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  // What is behind an origin, a user's name included, makes the two differ.
  if (!isSafe || url.href !== `${url.origin}/`) throw invalidField('origin', RULE);
  return url.origin;
}
