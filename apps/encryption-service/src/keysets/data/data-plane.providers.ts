import type { Provider } from '@nestjs/common';
import type { Clock } from '@app/ambient';
import type { Database } from '@app/persistence';
import type { AuditLog } from '../../audit/audit-log.js';
import type { Authenticator } from '../../callers/authenticator.js';
import type { DecryptBudget } from '../../limits/decrypt-budget.js';
import { StreamUsage } from '../../usage/stream-usage.js';
import { Batches } from '../batch/batches.js';
import { BlobOpener } from './blob-opener.js';
import { CountedSealing } from './counted-sealing.js';
import { CreateDataKey } from '../data-keys/create-data-key.js';
import { OpenDataKey } from '../data-keys/open-data-key.js';
import { DecryptData } from './decrypt-data.js';
import { EncryptData } from './encrypt-data.js';
import type { KeyUses } from '../use/key-use.js';
import type { KeysetReader } from '../use/keyset-reader.js';
import type { KeysetUses } from '../use/keyset-uses.js';
import { MessageCounter } from '../counting/message-counter.js';
import { ReencryptData } from '../reencrypt/reencrypt-data.js';
import { Reencryption } from '../reencrypt/reencryption.js';
import { dataLimit } from './sealing.js';
import { StreamData } from '../streams/stream-data.js';
import { StreamEnds } from '../streams/stream-ends.js';
import { StreamStandings } from '../streams/stream-standing.js';

/** What everything is made of that seals and opens for callers. */
export interface DataPlaneParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly authenticator: Authenticator;
  readonly counter: MessageCounter;
  readonly reader: KeysetReader;
  readonly uses: KeyUses;
  readonly keysetUses: KeysetUses;
  readonly budget: DecryptBudget;
}

function streamProviders(parts: DataPlaneParts): Provider[] {
  const { database, clock, audit, authenticator, counter, reader, uses, budget } = parts;
  const standings = new StreamStandings(database, reader, authenticator, clock);
  const ends = new StreamEnds(audit, new StreamUsage(database));
  return [
    { provide: StreamEnds, useValue: ends },
    {
      provide: StreamData,
      useValue: new StreamData(uses, reader, counter, standings, ends, audit, budget, clock),
    },
  ];
}

/** @param bodyLimitBytes - of a request body at most. */
export function dataPlaneProviders(parts: DataPlaneParts, bodyLimitBytes: number): Provider[] {
  const { counter, uses, keysetUses, budget } = parts;
  const maxDataBytes = dataLimit(bodyLimitBytes);
  const opener = new BlobOpener(uses, counter, budget);
  const sealing = new CountedSealing(counter);
  const reencryption = new Reencryption(sealing, counter);
  return [
    { provide: MessageCounter, useValue: counter },
    { provide: EncryptData, useValue: new EncryptData(uses, counter, maxDataBytes) },
    { provide: DecryptData, useValue: new DecryptData(opener) },
    { provide: ReencryptData, useValue: new ReencryptData(keysetUses, reencryption) },
    {
      provide: Batches,
      useValue: new Batches(keysetUses, counter, sealing, reencryption, budget, maxDataBytes),
    },
    { provide: CreateDataKey, useValue: new CreateDataKey(uses, counter, budget) },
    { provide: OpenDataKey, useValue: new OpenDataKey(opener) },
    ...streamProviders(parts),
  ];
}
