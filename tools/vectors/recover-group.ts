import { openExport } from '@app/crypto';
import { RecoveryKeys } from '../recover/recovery-keys.js';
import { recoverLine } from '../recover/recover-line.js';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { secretOf } from './inputs.js';

export function computeRecovery(input: Fields): Computed {
  const { payload } = openExport(input.raw('export'));
  const keys = new RecoveryKeys(payload, secretOf(input, 'masterKey'));
  const answer = recoverLine(keys, Buffer.from(JSON.stringify(input.raw('line'))));
  keys.dispose();
  return { result: { answer } };
}
