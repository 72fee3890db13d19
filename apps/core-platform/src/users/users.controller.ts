import { Controller } from '@nestjs/common';
import { AppError } from '@app/errors';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { personOf } from '../access/caller.js';
import { toUserAnswer, UserAnswer } from './user.dto.js';
import { UserRepository } from './user.repository.js';

@Controller()
export class UsersController {
  readonly #users: UserRepository;

  constructor(users: UserRepository) {
    this.#users = users;
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/users/me',
    access: 'account:read',
    summary: 'The person who calls',
    answer: UserAnswer,
  })
  async me(@CurrentCall() call: Call): Promise<UserAnswer> {
    const user = await this.#users.findById(personOf(call).userId);
    if (user === undefined) throw new AppError('unauthenticated');
    return toUserAnswer(user);
  }
}
