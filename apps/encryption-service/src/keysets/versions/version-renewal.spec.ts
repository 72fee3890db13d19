import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import type { ClientCaller } from '../../callers/caller.js';
import { type Renewal, VersionRenewal } from './version-renewal.js';

type Parts = ConstructorParameters<typeof VersionRenewal>;

const ENCRYPTION = '11111111-1111-4111-8111-111111111111';
/** As long as a rotation takes, so that calls at once meet one that runs. */
const TAKES_MILLIS = 20;

/** A renewal whose changes end as each caller's may, and how often one was begun. */
function renewalOf(change: (caller: ClientCaller) => Promise<void>): {
  readonly renewal: VersionRenewal;
  readonly begun: () => number;
} {
  let begun = 0;
  const database = { transaction: () => Promise.resolve([{}, undefined, false]) };
  const changes = {
    run: async (caller: ClientCaller) => {
      begun += 1;
      await sleep(TAKES_MILLIS);
      await change(caller);
    },
  };
  const succession = { prepare: () => Promise.resolve({}) };
  const renewal = new VersionRenewal(
    database as unknown as Parts[0],
    changes as unknown as Parts[1],
    {} as Parts[2],
    succession as unknown as Parts[3],
    {} as Parts[4],
    () => undefined,
  );
  return { renewal, begun: () => begun };
}

function by(id: string): Renewal {
  return {
    caller: { kind: 'client', client: { id, tenantId: 'a tenant' } } as unknown as ClientCaller,
    call: {} as Renewal['call'],
    encryptionId: ENCRYPTION,
    activeId: undefined,
    brought: { clientId: id, key: undefined },
  };
}

function outcomes(renewal: VersionRenewal, ids: readonly string[]): Promise<unknown[]> {
  return Promise.all(
    ids.map((id) =>
      renewal.renew(by(id)).then(
        () => 'done',
        (error: unknown) => (error instanceof AppError ? error.code : error),
      ),
    ),
  );
}

describe('a renewal that many calls want at once', () => {
  it('is one', async () => {
    const { renewal, begun } = renewalOf(() => Promise.resolve());
    expect(await outcomes(renewal, ['a', 'b', 'c'])).toEqual(['done', 'done', 'done']);
    expect(begun()).toBe(1);
  });

  it.each(['unauthenticated', 'forbidden'] as const)(
    'is begun again by another where the first one is %s, who alone hears of that',
    async (code) => {
      const { renewal, begun } = renewalOf(({ client }) =>
        client.id.startsWith('revoked') ? Promise.reject(new AppError(code)) : Promise.resolve(),
      );
      const ids = ['revoked', 'revoked too', 'a', 'b', 'c'];
      expect(await outcomes(renewal, ids)).toEqual([code, code, 'done', 'done', 'done']);
      expect(begun()).toBe(3);
    },
  );

  it('fails for all of them of what is nobody’s', async () => {
    const { renewal, begun } = renewalOf(() => Promise.reject(new AppError('kms_unavailable')));
    expect(await outcomes(renewal, ['a', 'b'])).toEqual(['kms_unavailable', 'kms_unavailable']);
    expect(begun()).toBe(1);
    expect(await outcomes(renewal, ['a'])).toEqual(['kms_unavailable']);
    expect(begun()).toBe(2);
  });
});
