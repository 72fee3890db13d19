import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { AppError } from '@app/errors';
import { type CertificateIdentity, identityOf } from './certificate-binding.js';

/** Reads the certificate of a peer once for each connection: it cannot change in TLS 1.3 without a new one. */
export class PeerCertificates {
  readonly #known = new WeakMap<Socket, CertificateIdentity>();

  /** @throws AppError `unauthenticated` without a certificate, which the TLS layer does not let through. */
  of(socket: Socket): CertificateIdentity {
    const known = this.#known.get(socket);
    if (known !== undefined) return known;
    const certificate =
      socket instanceof TLSSocket && socket.authorized
        ? socket.getPeerX509Certificate()
        : undefined;
    if (certificate === undefined) throw new AppError('unauthenticated');
    const identity = identityOf(certificate);
    this.#known.set(socket, identity);
    return identity;
  }
}
