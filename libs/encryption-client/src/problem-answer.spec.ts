import { describe, expect, it } from 'vitest';
import { AppError, CATALOGUE, type ErrorCode, toProblem } from '@app/errors';
import { problemOf } from './problem-answer.js';
import type { WireAnswer } from './transport.js';

function answer(status: number, body: unknown, changes: Partial<WireAnswer> = {}): WireAnswer {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    status,
    contentType: 'application/problem+json',
    retryAfter: undefined,
    body: bytes,
    ...changes,
  };
}

describe('problemOf', () => {
  const codes = (Object.keys(CATALOGUE) as ErrorCode[]).filter(
    (code) => code !== 'payload_too_large',
  );

  it.each(codes)('turns the problem of %s back into it', (code) => {
    const error = new AppError(code);
    const back = problemOf(answer(error.status, toProblem(error, 'request-1')));
    expect({ code: back.code, status: back.status }).toEqual({ code, status: error.status });
  });

  it.each([
    ['a code that is not of the contract', 400, { code: 'no_such_code' }],
    ['a limit below that of the contract', 413, { code: 'payload_too_large' }],
    ['a code under the status of another', 500, { code: 'decryption_failed' }],
    ['a member of every object as a code', 400, { code: 'toString' }],
    ['no code', 400, {}],
    ['a list', 400, []],
    ['null', 400, null],
    ['text', 400, 'not JSON'],
    ['an empty body', 401, ''],
    ['a key given twice', 422, '{"code":"decryption_failed","code":"decryption_failed"}'],
  ])('takes %s as a rejection', (_, status, body) => {
    expect(problemOf(answer(status, body)).code).toBe('encryption_service_rejected');
  });

  it('reads nothing but JSON', () => {
    const html = answer(422, { code: 'decryption_failed' }, { contentType: 'text/html' });
    expect(problemOf(html).code).toBe('encryption_service_rejected');
  });

  it('takes a bare 503 as a service that is not there', () => {
    const busy = problemOf(answer(503, '<html>', { contentType: 'text/html', retryAfter: '5' }));
    expect(busy.code).toBe('encryption_service_unavailable');
    expect(busy.retryAfterSeconds).toBe(5);
  });

  it.each([
    ['3', 3],
    ['0', 1],
    ['999999999', 86_400],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['-1', undefined],
    [undefined, undefined],
  ])('reads Retry-After %s as %s seconds', (retryAfter, seconds) => {
    const limited = problemOf(answer(429, { code: 'rate_limited' }, { retryAfter }));
    expect(limited.retryAfterSeconds).toBe(seconds);
  });

  it('takes over no text of the service', () => {
    const problem = { ...toProblem(new AppError('conflict'), 'r'), detail: 'planted', errors: [] };
    expect(JSON.stringify(problemOf(answer(409, problem)))).not.toContain('planted');
  });
});
