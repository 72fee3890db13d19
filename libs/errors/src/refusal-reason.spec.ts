import { expect, it } from 'vitest';
import { AppError } from './app-error.js';
import { toProblem } from './problem.js';

it('a reason makes no difference to the answer', () => {
  const told = toProblem(new AppError('unauthenticated', { reason: 'wrong_secret' }), 'id');
  const untold = toProblem(new AppError('unauthenticated'), 'id');
  expect(told).toEqual(untold);
  expect(JSON.stringify(told)).not.toContain('wrong_secret');
});
