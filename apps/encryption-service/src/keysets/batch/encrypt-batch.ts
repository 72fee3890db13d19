import { type EncryptAnswer, EncryptItem } from '@app/contract';
import { AppError } from '@app/errors';
import type { CountedSealing, SealingKeyset } from '../data/counted-sealing.js';
import { assertEncrypts, hasSealed } from '../versions/key-version-state.js';
import type { OpenKeyset } from '../use/keyset-uses.js';
import { parseSealable, type Sealable } from '../data/sealing.js';
import type { BatchKind, DoneItem } from './batch-kind.js';

/** `POST /v1/encrypt/batch`. */
export class EncryptBatch implements BatchKind<EncryptItem, Sealable, EncryptAnswer> {
  readonly operation = 'encrypt-batch';
  readonly releases = false;
  readonly item = EncryptItem;

  constructor(
    private readonly sealing: CountedSealing,
    private readonly maxDataBytes: number,
  ) {}

  prepare(item: EncryptItem): Sealable {
    return parseSealable(item, this.maxDataBytes);
  }

  versionIdOf({ versionId }: Sealable): string | undefined {
    return versionId;
  }

  needsActive({ versionId }: Sealable): boolean {
    return versionId === undefined;
  }

  async work(item: Sealable, keyset: SealingKeyset): Promise<DoneItem<EncryptAnswer> | 'renew'> {
    const { versionId, encoding, context, data } = item;
    const version = versionId === undefined ? keyset.active : keyset.version(versionId);
    if (version === undefined) throw new AppError('not_found');
    assertEncrypts(keyset.encryption, version);
    const input = { kind: 'data', encoding, context, data } as const;
    const answer = await this.sealing.seal(keyset, version, input);
    return answer === 'renew' ? answer : { answer, bytes: data.length, sealed: version.id };
  }

  stands(
    { sealed }: DoneItem<EncryptAnswer>,
    keyset: OpenKeyset,
    { versionId }: Sealable,
  ): boolean {
    // Whether a version may be named is decided for each try; what the active one sealed stays sealed.
    return versionId === undefined && hasSealed(keyset, sealed);
  }

  dispose({ data }: Sealable): void {
    data.fill(0);
  }
}
