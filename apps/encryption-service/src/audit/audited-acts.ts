import { AppError, toAppError } from '@app/errors';
import type { Call } from '@app/server';
import type { Caller } from '../callers/caller.js';
import type { AuditEntry, AuditLog } from './audit-log.js';

/** One act, before its outcome is known. */
export interface Act {
  readonly tenantId: string;
  readonly caller: Caller;
  readonly call: Call;
  readonly operation: string;
  readonly encryptionId?: string | undefined;
  readonly versionId?: string | undefined;
  readonly subject?: string | undefined;
}

// What is wrong with a request's form stores nothing.
const RECORDED_STATUSES = new Set([403, 404, 409, 410, 422]);

/**
 * Whether a refusal goes on record: a decision about somebody's rights or about state, a quota that kept plaintext back, and every alarm.
 */
export function isRecorded(error: AppError): boolean {
  const { status, code, alarm } = error;
  return RECORDED_STATUSES.has(status) || code === 'quota_exceeded' || alarm !== undefined;
}

/** The record of an act. */
export function entryOf(act: Act, outcome = 'success', items = 1): AuditEntry {
  const { tenantId, caller, call, operation, encryptionId, versionId, subject } = act;
  return {
    tenantId,
    clientId: caller.kind === 'client' ? caller.client.id : caller.operator.id,
    operation,
    encryptionId,
    versionId,
    subject,
    outcome,
    items,
    requestId: call.requestId,
    accessReason: call.accessReason,
  };
}

/**
 * Runs an act, or the part of one that decides, whose success is recorded by itself; a refusal is recorded here.
 *
 * @throws what `work` throws, or AppError `audit_unavailable` where the refusal could not be recorded.
 */
export async function runAct<T>(audit: AuditLog, act: Act, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = toAppError(thrown);
    if (isRecorded(error)) await audit.recordRefusal(entryOf(act, error.code, 0));
    throw error;
  }
}
