import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import type { Clock } from '@app/ambient';
import forge from 'node-forge';
import type { Profile } from './profile.js';

const DAY_MILLISECONDS = 86_400_000;
/** Certificates begin a little in the past, for machines whose clocks differ. */
const SKEW_MILLISECONDS = 3_600_000;

/** Types of GeneralName, RFC 5280 section 4.2.1.6. */
const DNS_NAME = 2;
const URI_NAME = 6;
const IP_ADDRESS = 7;

/** Who signs. */
export interface Issuer {
  readonly key: KeyObject;
  readonly commonName: string;
}

export interface IssueRequest {
  readonly profile: Profile;
  /** The subject's common name, where it is not the profile's. */
  readonly commonName?: string;
  /** The subject's private key; only its public half goes in. */
  readonly key: KeyObject;
  readonly issuer: Issuer;
  readonly clock: Clock;
}

type Extension = Record<string, unknown>;

/** RFC 5280 section 4.2.1.2, method 1: SHA-1 of the key's bits, as a name and not for security. */
function keyIdentifier(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: 'pkcs1', format: 'der' });
  return createHash('sha1').update(spki).digest().toString('latin1');
}

/** 127 random bits and a first byte that keeps the number positive; RFC 5280 section 4.1.2.2 allows 20 bytes. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}

function generalName(name: string): Extension {
  if (isIP(name) !== 0) return { type: IP_ADDRESS, ip: name };
  return { type: name.includes(':') ? URI_NAME : DNS_NAME, value: name };
}

function usageOf(profile: Profile): Extension[] {
  if (profile.kind === 'authority') {
    return [
      { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    ];
  }
  const isServer = profile.kind === 'server';
  return [
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true },
    { name: 'extKeyUsage', serverAuth: isServer, clientAuth: !isServer },
    { name: 'subjectAltName', altNames: profile.alternativeNames.map(generalName) },
  ];
}

function forgePublicKey(key: KeyObject): forge.pki.PublicKey {
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  return forge.pki.publicKeyFromPem(pem.toString());
}

/** Signs with OpenSSL: forge's own arithmetic on big numbers is a hundred times slower. */
function signWith(certificate: forge.pki.Certificate, key: KeyObject): void {
  const signer = {
    sign: (): string => {
      const der = forge.asn1.toDer(certificate.tbsCertificate).getBytes();
      return sign('sha256', Buffer.from(der, 'latin1'), key).toString('latin1');
    },
  };
  certificate.sign(signer as unknown as forge.pki.rsa.PrivateKey, forge.md.sha256.create());
}

/**
 * Issues an X.509 v3 certificate (RFC 5280) by a profile, signed with RSA and SHA-256.
 *
 * @returns the certificate in PEM.
 */
export function issueCertificate({
  profile,
  commonName,
  key,
  issuer,
  clock,
}: IssueRequest): string {
  const now = clock.nowMillis();
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forgePublicKey(key);
  certificate.serialNumber = serialNumber();
  certificate.validity.notBefore = new Date(now - SKEW_MILLISECONDS);
  certificate.validity.notAfter = new Date(now + profile.validDays * DAY_MILLISECONDS);
  certificate.setSubject([{ name: 'commonName', value: commonName ?? profile.commonName }]);
  certificate.setIssuer([{ name: 'commonName', value: issuer.commonName }]);
  certificate.setExtensions([
    ...usageOf(profile),
    { name: 'subjectKeyIdentifier', subjectKeyIdentifier: keyIdentifier(key) },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifier(issuer.key) },
  ]);
  signWith(certificate, issuer.key);
  return forge.pki.certificateToPem(certificate);
}
