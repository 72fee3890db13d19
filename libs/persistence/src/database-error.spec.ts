import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TransactionNotStartedError,
} from 'typeorm';
import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { isSilence, toDatabaseError } from './database-error.js';

function driverError(code: string): Error {
  return Object.assign(new Error('said by the driver'), { code });
}

function wrapped(error: Error): QueryFailedError {
  return new QueryFailedError('select', [], error);
}

describe('toDatabaseError', () => {
  it.each([
    ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', '08006', '53300', '57000', '57014', '57P01'],
    ...['57P03', '55P03', '25P03', '25006', '40001', '40P01'],
  ])('says database_unavailable for %s, also inside what TypeORM throws', (code) => {
    const error = driverError(code);
    expect(toDatabaseError(error).code).toBe('database_unavailable');
    expect(toDatabaseError(wrapped(error)).code).toBe('database_unavailable');
  });

  it.each([
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Connection terminated unexpectedly',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])('says database_unavailable for %j', (message) => {
    expect(toDatabaseError(new Error(message)).code).toBe('database_unavailable');
    expect(toDatabaseError(wrapped(new Error(message))).code).toBe('database_unavailable');
  });

  it.each([
    new QueryRunnerAlreadyReleasedError(),
    new QueryRunnerProviderAlreadyReleasedError(),
    new TransactionNotStartedError(),
  ])('says database_unavailable for a transaction whose connection was cut: $name', (error) => {
    expect(toDatabaseError(error).code).toBe('database_unavailable');
  });

  it.each(['23505', '42501', '42P01', '28P01', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'says internal for %s',
    (code) => {
      expect(toDatabaseError(driverError(code)).code).toBe('internal');
    },
  );

  it('keeps an error of ours', () => {
    const error = new AppError('not_found');
    expect(toDatabaseError(error)).toBe(error);
  });
});

describe('isSilence', () => {
  it('finds the timeout of the driver inside what it became', () => {
    const error = new Error('Query read timeout');
    expect(isSilence(error)).toBe(true);
    expect(isSilence(toDatabaseError(wrapped(error)))).toBe(true);
  });

  it.each([new Error('Connection terminated unexpectedly'), driverError('57014'), undefined])(
    'is not %s',
    (error) => {
      expect(isSilence(error)).toBe(false);
    },
  );
});
