import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** The CA of client certificates; where it is given, a peer without one gets no HTTP byte. */
  readonly clientCa?: string | undefined;
}

/**
 * TLS 1.3 alone, the hybrid key exchange first. With client certificates there is no resumption either: a resumed session would
 * carry over what was decided about a certificate before.
 */
export function tlsOptions(files: TlsFiles): ServerOptions {
  const mutual = files.clientCa !== undefined;
  return {
    cert: readFileSync(files.certificate),
    key: readFileSync(files.key),
    ...(files.clientCa === undefined ? {} : { ca: readFileSync(files.clientCa) }),
    requestCert: mutual,
    rejectUnauthorized: mutual,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ecdhCurve: 'X25519MLKEM768:X25519',
    ...(mutual ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
  };
}
