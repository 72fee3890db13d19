import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SystemClock } from '@app/ambient';
import { issueCertificate } from '../../../tools/certs/issue-certificate.js';
import { AUTHORITY, LEAVES, type Profile } from '../../../tools/certs/profile.js';

/** A certificate of this machine for a fake, and the CA that vouches for it; everything in PEM. */
export interface ServerCertificate {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const SERVER = LEAVES.find(({ kind }) => kind === 'server') as Profile;

function newKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

/** Makes a CA of its own and a certificate for `localhost`, which nobody else trusts. */
export function makeServerCertificate(): ServerCertificate {
  const clock = new SystemClock();
  const [authority, key] = [newKey(), newKey()];
  const issuer = { key: authority, commonName: 'CA of a fake key service' };
  const { commonName } = issuer;
  return {
    ca: issueCertificate({ profile: AUTHORITY, commonName, key: authority, issuer, clock }),
    certificate: issueCertificate({ profile: SERVER, key, issuer, clock }),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
