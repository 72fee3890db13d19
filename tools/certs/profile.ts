/** What a development certificate is for. The names of the files are made of it: `server.pem`, `server.key`. */
export type CertificateName = 'ca' | 'server' | 'client' | 'core';

export interface Profile {
  readonly name: CertificateName;
  readonly commonName: string;
  readonly kind: 'authority' | 'server' | 'client';
  /** Of the RSA modulus. node-forge knows no keys on elliptic curves. */
  readonly modulusBits: number;
  readonly validDays: number;
  /** Renewed when less than this is left. */
  readonly renewDays: number;
  /** DNS names and IP addresses that a server answers to; the URI of a client. */
  readonly alternativeNames: readonly string[];
}

const LEAF = { modulusBits: 2048, validDays: 365, renewDays: 30 } as const;

export const AUTHORITY: Profile = {
  name: 'ca',
  commonName: 'Keyward development CA',
  kind: 'authority',
  modulusBits: 3072,
  validDays: 3650,
  // Longer than a leaf lives, so that no leaf outlives its issuer.
  renewDays: 400,
  alternativeNames: [],
};

function client(name: 'client' | 'core'): Profile {
  const uri = `urn:keyward:development:${name}`;
  return { ...LEAF, name, commonName: name, kind: 'client', alternativeNames: [uri] };
}

/** One server certificate for both apps, one client certificate for the person at the machine and one for the core platform. */
export const LEAVES: readonly Profile[] = [
  {
    ...LEAF,
    name: 'server',
    commonName: 'localhost',
    kind: 'server',
    alternativeNames: ['localhost', '127.0.0.1', '::1'],
  },
  client('client'),
  client('core'),
];
