import { Field, LowerCaseField, rules } from '@app/contract';
import type { User } from './user.repository.js';

/** The rule of a user name as callers send it. */
export const USERNAME = rules.textOf(
  /^[A-Za-z0-9._@+-]{3,64}$/,
  'must be 3 to 64 of a-z, 0-9 and . _ @ + -; upper case is taken as lower case',
);

/** A person, as they see themselves. */
export class UserAnswer {
  @LowerCaseField(rules.uuid(), { description: 'The person.' })
  id: string;

  @Field(rules.text(), { description: 'The name to log in with.' })
  username: string;

  @Field(rules.bool(), { description: 'Whether a second factor is asked for at login.' })
  totpEnabled: boolean;

  @Field(rules.time(), { description: 'When they registered.' })
  createdAt: string;
}

export function toUserAnswer({ id, username, totpEnabled, createdAt }: User): UserAnswer {
  return { id, username, totpEnabled, createdAt: createdAt.toISOString() };
}
