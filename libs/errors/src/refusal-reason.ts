/**
 * Why somebody was refused, for the log and the metrics of whoever runs the system. The answer says none of it: it is one and the same
 * for an unknown key and a wrong secret. A word of this list and never a value, so that a log tells no secret and no flood of made-up
 * values can fill the labels of a metric.
 */
export type RefusalReason =
  // Of credentials, whoever sends them.
  | 'no_credentials'
  | 'malformed_credentials'
  | 'unknown_key'
  | 'wrong_secret'
  /** The secret before the present one, after the overlap of a change. */
  | 'replaced_secret'
  | 'expired'
  | 'revoked'
  // Of client certificates; those from the handshake on are of the TLS layer and come before any HTTP byte.
  | 'no_certificate'
  | 'certificate_expired'
  | 'certificate_not_yet_valid'
  | 'certificate_revoked'
  | 'certificate_untrusted'
  | 'certificate_self_signed'
  | 'certificate_purpose'
  | 'certificate_invalid'
  | 'certificate_mismatch'
  | 'revocation_list_missing'
  | 'revocation_list_expired'
  | 'tls_version'
  | 'tls_key_exchange'
  | 'tls_failure'
  // Of people.
  | 'unknown_name'
  | 'wrong_password'
  | 'wrong_code'
  | 'malformed_token'
  | 'wrong_token'
  | 'session_ended'
  | 'token_reused'
  // Of rights.
  | 'scope'
  | 'role'
  | 'machine'
  | 'person'
  | 'more_than_own'
  | 'tenant_disabled'
  | 'other_tenant';
