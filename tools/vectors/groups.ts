import { attemptOpen, computeBlob } from './blob-groups.js';
import type { Attempt, Compute } from './check.js';
import { computeDerivation, computeMemberPrivateKey, computeMemberSeal } from './client-groups.js';
import {
  computeContext,
  computeInner,
  computeMembers,
  computeVaultItem,
} from './encoding-groups.js';
import { computeRecovery } from './recover-group.js';
import {
  computeApiSecret,
  computeHkdf,
  computeRow,
  computeServiceSecret,
} from './service-groups.js';
import { attemptExport, attemptReceipt, computeExport, computeReceipt } from './signed-groups.js';
import { attemptStream, computeStream } from './stream-groups.js';
import { attemptUnwrap, computeClientWrap, computeOuterKey, computeWrap } from './wrap-groups.js';

/**
 * The groups of vectors that the project can compute. Where a suite or a mode of a group is not there yet, only what needs it is skipped;
 * a group that is not in this table is not there at all.
 */
export const VECTOR_GROUPS: ReadonlyMap<string, Compute> = new Map<string, Compute>([
  ['e', computeMembers],
  ['hkdf', computeHkdf],
  ['service-secret', computeServiceSecret],
  ['api-secret', computeApiSecret],
  ['row', computeRow],
  ['wrap-local', computeWrap],
  ['wrap-provider', computeWrap],
  ['wrap-client', computeClientWrap],
  ['wrap-outer-key', computeOuterKey],
  ['context', computeContext],
  ['blob-aes', computeBlob],
  ['blob-chacha', computeBlob],
  ['blob-xaes', computeBlob],
  ['blob-rsa', computeBlob],
  ['data-key', computeBlob],
  ['stream', computeStream],
  ['export', computeExport],
  ['receipt', computeReceipt],
  ['recover', computeRecovery],
  ['vault-item', computeVaultItem],
  ['inner', computeInner],
  ['derive', computeDerivation],
  ['member-seal', computeMemberSeal],
  ['member-private-key', computeMemberPrivateKey],
]);

/** The groups of what must be refused. */
export const REJECT_GROUPS: ReadonlyMap<string, Attempt> = new Map<string, Attempt>([
  ['reject-blob', attemptOpen],
  ['reject-wrap', attemptUnwrap],
  ['reject-stream', attemptStream],
  ['reject-export', attemptExport],
  ['reject-receipt', attemptReceipt],
]);
