import type { Act } from '../audit/act.js';

/** A person. */
export interface User {
  readonly id: string;
  /** Lower case. */
  readonly username: string;
  /** Whether a code is asked for besides the password. */
  readonly totpEnabled: boolean;
  readonly createdAt: Date;
}

export interface UserWithPassword extends User {
  readonly passwordHash: string;
}

/** A hint as it is stored. */
export interface StoredHint {
  /** Sealed, for the place user_account, password_hint and the user's id; absent where there is none. */
  readonly sealed: string | undefined;
  /** Whether anybody may see it. */
  readonly isPublic: boolean;
}

/** With what a person's clients derive keys from their password. */
export interface Derivation {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly memoryKiB: number;
  readonly parallelism: number;
}

/** Who registers. */
export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly passwordHash: string;
  readonly createdAt: Date;
  readonly hint: StoredHint;
  readonly derivation: Derivation;
}

export abstract class UserRepository {
  /** @throws AppError `already_exists` for a name that is taken. */
  abstract insert(user: NewUser, act: Act): Promise<void>;
  abstract findById(userId: string): Promise<User | undefined>;
  abstract findWithPassword(userId: string): Promise<UserWithPassword | undefined>;
  abstract findByName(username: string): Promise<UserWithPassword | undefined>;
  /** Replaces a hash by one of the same password, unless it was changed meanwhile. */
  abstract replaceHash(userId: string, before: string, after: string, at: Date): Promise<void>;

  /** Whose hint it is, and the hint. */
  abstract findHint(username: string): Promise<(User & { readonly hint: StoredHint }) | undefined>;
  abstract setHint(userId: string, hint: StoredHint, act: Act): Promise<void>;

  /** @returns `undefined` for a name that nobody has, or whose person registered before clients derived keys. */
  abstract findDerivation(username: string): Promise<Derivation | undefined>;
}
