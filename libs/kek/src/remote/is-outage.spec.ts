import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { isOutage } from './is-outage.js';
import { KeyServiceError } from './key-service.js';
import { UnusableMasterKey } from './unusable-master-key.js';

function failure(reason: KeyServiceError['reason']): AppError {
  return new AppError('kms_unavailable', {
    cause: new UnusableMasterKey('own', new KeyServiceError(reason, 'why')),
  });
}

describe('an outage of a key service', () => {
  it.each(['unavailable', 'throttled', 'nonsense'] as const)('is what is %s', (reason) => {
    expect(isOutage(failure(reason))).toBe(true);
  });

  it('is not that it denies the use of its key', () => {
    expect(isOutage(failure('denied'))).toBe(false);
  });

  it('is no other failure', () => {
    expect(isOutage(new AppError('internal'))).toBe(false);
    expect(isOutage(new Error('x'))).toBe(false);
  });
});
