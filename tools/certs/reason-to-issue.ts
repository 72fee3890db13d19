import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '@app/ambient';
import type { Found } from './key-pair-file.js';
import type { Profile } from './profile.js';

const DAY_MILLISECONDS = 86_400_000;

/**
 * Why a certificate is issued: there was none, it has a new key, it expires, it was made while the clock was ahead, another CA
 * signed it, or it lacks a name.
 */
export type Reason =
  'first' | 'new key' | 'expiry' | 'not yet valid' | 'new authority' | 'new name';

export function commonNameOf(certificate: X509Certificate): string | undefined {
  return /^CN=(.+)$/m.exec(certificate.subject)?.[1];
}

/** The DNS names, addresses and URIs of a certificate. */
export function alternativeNamesOf(certificate: X509Certificate): string[] {
  const entries = certificate.subjectAltName?.split(', ') ?? [];
  return entries.map((entry) => canonicalName(entry.replace(/^(DNS|IP Address|URI):/, '')));
}

/** OpenSSL prints IPv6 addresses in full; one spelling makes names comparable. */
function canonicalName(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/** Why the certificate of `found` has to be issued anew, or `undefined` when it does as it is. */
export function reasonToIssue(
  profile: Profile,
  found: Found,
  authority: X509Certificate | undefined,
  clock: Clock,
): Reason | undefined {
  const { certificate, key } = found;
  if (!certificate || !authority) return 'first';
  if (!key || !certificate.checkPrivateKey(key)) return 'new key';
  if (!isSignedBy(certificate, authority)) return 'new authority';
  if (certificate.validFromDate.getTime() > clock.nowMillis()) return 'not yet valid';
  const left = certificate.validToDate.getTime() - clock.nowMillis();
  if (left < profile.renewDays * DAY_MILLISECONDS) return 'expiry';
  const names = alternativeNamesOf(certificate);
  return profile.alternativeNames.every((name) => names.includes(name)) ? undefined : 'new name';
}
