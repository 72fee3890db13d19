import { createHash, type X509Certificate } from 'node:crypto';
import type { CertificateBinding } from '@app/contract';
import { encodeMembers } from '@app/encoding';
import { AppError } from '@app/errors';

const BINDING_KINDS = ['sha256', 'spkiSha256', 'san'] as const;
type BindingKind = (typeof BINDING_KINDS)[number];

/** What one certificate is recognised by, as it is stored. Digests are lower-case hexadecimal. */
export interface StoredBinding {
  readonly kind: BindingKind;
  readonly value: string;
}

/** What there is to recognise a certificate by. */
export interface CertificateIdentity {
  readonly sha256: string;
  readonly spkiSha256: string;
  readonly names: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly validToMillis: number;
}

/** DNS names and URIs of `subjectAltName`, as Node writes them; quoted entries hold commas or control characters and are left out. */
function namesOf(certificate: X509Certificate): Set<string> {
  const entries = (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((entry) => !entry.includes('"'));
  return new Set(entries.flatMap((entry) => /^(?:DNS|URI):(.+)$/.exec(entry)?.[1] ?? []));
}

/** Reads what a certificate can be bound by. */
export function identityOf(certificate: X509Certificate): CertificateIdentity {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return {
    sha256: createHash('sha256').update(certificate.raw).digest('hex'),
    spkiSha256: createHash('sha256').update(spki).digest('hex'),
    names: namesOf(certificate),
    validToMillis: certificate.validToDate.getTime(),
  };
}

/** Whether a certificate is the one of a binding. None of the three is a secret, so there is nothing to compare in constant time. */
export function matches(identity: CertificateIdentity, binding: StoredBinding): boolean {
  return binding.kind === 'san'
    ? identity.names.has(binding.value)
    : identity[binding.kind] === binding.value;
}

/**
 * A binding of the wire as it is stored.
 *
 * @throws AppError `invalid_request`, naming `field`, unless exactly one kind is given.
 */
export function parseBinding(binding: CertificateBinding, field: string): StoredBinding {
  const given = BINDING_KINDS.flatMap((kind) => {
    const value = binding[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
  const [only] = given;
  if (only === undefined || given.length > 1) {
    throw new AppError('invalid_request', {
      errors: [{ field, message: 'must have exactly one of sha256, spkiSha256 and san' }],
    });
  }
  return only;
}

/** The binding as the wire shows it. */
export function toWire({ kind, value }: StoredBinding): CertificateBinding {
  return { [kind]: value };
}

/** E(kind, value) of a binding: a digest by its bytes, a name by its text. */
export function bindingMember({ kind, value }: StoredBinding): Buffer {
  return encodeMembers(kind, kind === 'san' ? value : Buffer.from(value, 'hex'));
}
