import type { Act } from '../audit/act.js';

/** A person. */
export interface User {
  readonly id: string;
  /** Lower case. */
  readonly username: string;
  readonly createdAt: Date;
}

export interface UserWithPassword extends User {
  readonly passwordHash: string;
}

export abstract class UserRepository {
  /** @throws AppError `already_exists` for a name that is taken. */
  abstract insert(user: UserWithPassword, act: Act): Promise<void>;
  abstract findById(userId: string): Promise<User | undefined>;
  abstract findByName(username: string): Promise<UserWithPassword | undefined>;
  /** Replaces a hash by one of the same password, unless it was changed meanwhile. */
  abstract replaceHash(userId: string, before: string, after: string, at: Date): Promise<void>;
}
