import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { generateApiSecret, hashApiSecret, type ServiceKeys } from '@app/crypto';
import type { SecretString } from '@app/secret';
import { RowSeals } from '../integrity/row-seals.js';
import { apiKeyOf } from './api-keys.js';
import { OPERATOR_FORMAT, OperatorEntity } from './operator.entity.js';

/** An operator that is not stored yet, with the only copy of its secret. */
export interface NewOperator {
  readonly row: OperatorEntity;
  readonly apiSecret: SecretString;
}

/** Makes an operator that calls with the certificate of a public key, which is given by its SHA-256. */
export function makeOperator(keys: ServiceKeys, name: string, spkiSha256: string): NewOperator {
  const id = new RandomIdentifiers().newUuid();
  const apiSecret = generateApiSecret();
  const row = Object.assign(new OperatorEntity(), {
    id,
    name,
    apiKey: apiKeyOf('operator', id),
    secretHash: hashApiSecret(keys.apiSecret, { clientId: id }, apiSecret),
    certificates: [{ kind: 'spkiSha256', value: spkiSha256 }],
    state: 'active',
    createdAt: new SystemClock().now(),
  } satisfies Partial<OperatorEntity>);
  new RowSeals(keys).sealNew(OPERATOR_FORMAT, row);
  return { row, apiSecret };
}
