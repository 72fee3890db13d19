import { type KeyObject, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@app/ambient';
import { FolderLock } from '../files/folder-lock.js';
import { writeAtomically } from '../files/write-atomically.js';
import { issueCertificate, type Issuer } from './issue-certificate.js';
import { type CertificateFiles, filesOf, type Found, makeKey, readPair } from './key-pair-file.js';
import { AUTHORITY, type CertificateName, LEAVES, type Profile } from './profile.js';
import { alternativeNamesOf, commonNameOf, type Reason, reasonToIssue } from './reason-to-issue.js';

export interface CertificateRequest {
  /** Made, closed to others, where it does not exist. */
  readonly folder: string;
  readonly clock: Clock;
  /** Further names or addresses of the server; those that its certificate has already stay. */
  readonly hosts?: readonly string[];
  /** Replaces every key pair. The old files are set aside in a folder of their own. */
  readonly newKeys?: boolean;
}

export interface IssuedCertificate {
  readonly name: CertificateName;
  readonly reason: Reason;
}

export interface DevelopmentCertificates {
  readonly files: Readonly<Record<CertificateName, CertificateFiles>>;
  /** What was issued just now; empty when all was in order. */
  readonly issued: readonly IssuedCertificate[];
  /** Where the old files went, when keys were replaced. */
  readonly replaced: string | undefined;
}

/** The authority's key is needed to issue, and it is not there. */
export class AuthorityKeyMissingError extends Error {
  override readonly name = 'AuthorityKeyMissingError';
  readonly code = 'authority_key_missing';

  constructor(path: string, profile: string) {
    super(
      `The certificate "${profile}" has to be issued anew, and ${path}, the key of the development CA, is not there. ` +
        'Put it back, or make everything new with: npm run certs -- --new-keys',
    );
  }
}

interface Subject {
  readonly profile: Profile;
  readonly files: CertificateFiles;
  readonly found: Found;
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly issuer: Issuer | undefined;
  readonly keyFile: string;
}

/** Collects what one run issues. */
class Issuance {
  readonly issued: IssuedCertificate[] = [];

  constructor(
    readonly folder: string,
    readonly clock: Clock,
  ) {}

  subject(profile: Profile): Subject {
    const files = filesOf(this.folder, profile);
    return { profile, files, found: readPair(files) };
  }

  async authority(): Promise<Authority> {
    const { profile, files, found } = this.subject(AUTHORITY);
    const reason = reasonToIssue(profile, found, found.certificate, this.clock);
    if (found.certificate && !found.key && reason === 'new key') {
      return { certificate: found.certificate, issuer: undefined, keyFile: files.key };
    }
    const key = found.key ?? (await makeKey(files.key, profile));
    const commonName = this.#authorityName(profile, found);
    const issuer = { key, commonName };
    const certificate =
      reason === undefined && found.certificate
        ? found.certificate
        : this.#write(profile, files, reason ?? 'first', { key, issuer, commonName });
    return { certificate, issuer, keyFile: files.key };
  }

  /** The key is part of the name: two authorities must not be taken for each other by theirs. */
  #authorityName(profile: Profile, { certificate, key }: Found): string {
    const present = certificate && key && commonNameOf(certificate);
    return present ?? `${profile.commonName} ${this.clock.now().toISOString()}`;
  }

  async leaf(profile: Profile, authority: Authority): Promise<void> {
    const { files, found } = this.subject(profile);
    const reason = reasonToIssue(profile, found, authority.certificate, this.clock);
    if (reason === undefined) return;
    if (!authority.issuer) throw new AuthorityKeyMissingError(authority.keyFile, profile.name);
    const key = found.key ?? (await makeKey(files.key, profile));
    this.#write(profile, files, reason, { key, issuer: authority.issuer });
  }

  #write(
    profile: Profile,
    files: CertificateFiles,
    reason: Reason,
    request: { key: KeyObject; issuer: Issuer; commonName?: string },
  ): X509Certificate {
    const pem = issueCertificate({ profile, clock: this.clock, ...request });
    writeAtomically(files.certificate, pem, 0o644);
    this.issued.push({ name: profile.name, reason });
    return new X509Certificate(pem);
  }
}

function setAside(folder: string, clock: Clock): string | undefined {
  const files = readdirSync(folder).filter((name) => /\.(pem|key)$/.test(name));
  if (files.length === 0) return undefined;
  const aside = join(folder, `replaced-${clock.now().toISOString().replaceAll(':', '-')}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of files) renameSync(join(folder, name), join(aside, name));
  return aside;
}

function withHosts(profile: Profile, found: Found, hosts: readonly string[]): Profile {
  if (profile.kind !== 'server') return profile;
  const present = found.certificate ? alternativeNamesOf(found.certificate) : [];
  const alternativeNames = [...new Set([...profile.alternativeNames, ...present, ...hosts])];
  return { ...profile, alternativeNames };
}

/**
 * Sees to it that the folder holds a development CA and valid certificates for the server, the person at the machine (`client`) and
 * the core platform (`core`). What expires soon is issued anew for the same key pair, so that whoever bound a client to its public
 * key need not know.
 *
 * @throws AuthorityKeyMissingError, FolderInUseError.
 */
export async function ensureCertificates(
  request: CertificateRequest,
): Promise<DevelopmentCertificates> {
  const { folder, clock, hosts = [], newKeys = false } = request;
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const lock = FolderLock.take(join(folder, 'lock'));
  try {
    const names = new Issuance(folder, clock);
    const profiles = LEAVES.map((leaf) => withHosts(leaf, names.subject(leaf).found, hosts));
    const replaced = newKeys ? setAside(folder, clock) : undefined;
    const authority = await names.authority();
    await Promise.all(profiles.map((profile) => names.leaf(profile, authority)));
    const files = Object.fromEntries(
      [AUTHORITY, ...LEAVES].map((profile) => [profile.name, filesOf(folder, profile)]),
    ) as Record<CertificateName, CertificateFiles>;
    return { files, issued: names.issued, replaced };
  } finally {
    lock.release();
  }
}
