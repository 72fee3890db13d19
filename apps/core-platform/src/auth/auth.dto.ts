import { Field, LowerCaseField, NestedField, rules } from '@app/contract';
import { UserAnswer, USERNAME } from '../users/user.dto.js';
import { HINT, PASSWORD, TOTP_CODE } from './auth.rules.js';

/** `POST /auth/register`. */
export class RegisterRequest {
  @LowerCaseField(USERNAME, { description: 'The name to log in with.' })
  username: string;

  @Field(PASSWORD, {
    description:
      '15 to 128 characters after NFKC, not a common one. There is no way back for whoever loses it.',
  })
  password: string;

  @Field(HINT, {
    description:
      'What reminds its person of the password, which it must not contain. It is shown to whoever has the second factor.',
    optional: true,
  })
  passwordHint?: string;

  @Field(rules.bool(), {
    description: 'Whether the hint is shown to anybody who asks for it; false by default.',
    optional: true,
  })
  hintPublic?: boolean;
}

/** `POST /auth/login`. */
export class LoginRequest {
  @LowerCaseField(USERNAME, { description: 'The name.' })
  username: string;

  @Field(PASSWORD, { description: 'The password.' })
  password: string;

  @Field(TOTP_CODE, {
    description: 'A code of the second factor, or a recovery code, for whoever has one.',
    optional: true,
  })
  totpCode?: string;
}

/** `POST /auth/key-derivation`. */
export class KeyDerivationRequest {
  @LowerCaseField(USERNAME, { description: 'The name.' })
  username: string;
}

/** Argon2id (RFC 9106): with what a client derives its keys from the password. */
export class KeyDerivationAnswer {
  @Field(rules.oneOf(['argon2id']), { description: 'Always argon2id.' })
  algorithm: 'argon2id';

  @Field(rules.text(), { description: 'In base64, 16 to 64 bytes.' })
  salt: string;

  @Field(rules.integer(3), { description: 'Passes.' })
  iterations: number;

  @Field(rules.integer(65_536), { description: 'Memory in KiB.' })
  memoryKiB: number;

  @Field(rules.integer(1), { description: 'Lanes.' })
  parallelism: number;
}

/** `POST /auth/hint`. */
export class HintRequest {
  @LowerCaseField(USERNAME, { description: 'The name.' })
  username: string;

  @Field(TOTP_CODE, {
    description: 'A code of the second factor, or a recovery code; not needed for a public hint.',
    optional: true,
  })
  totpCode?: string;
}

export class HintAnswer {
  @Field(rules.text(), { description: 'The hint. A lost password has no recovery.' })
  passwordHint: string;
}

/** `POST /auth/refresh` and `/auth/logout`. */
export class RefreshTokenRequest {
  @Field(rules.text(), { description: 'The refresh token that came last.' })
  refreshToken: string;
}

/** What login and refresh answer. */
export class TokensAnswer {
  @Field(rules.text(), { description: 'Sent as Authorization: Bearer.' })
  accessToken: string;

  @Field(rules.text(), {
    description: 'Good for one refresh within 30 days. One that is used again ends its session.',
  })
  refreshToken: string;

  @Field(rules.oneOf(['Bearer']), { description: 'Always Bearer.' })
  tokenType: 'Bearer';

  @Field(rules.integer(1), { description: 'Seconds for which the access token is good.' })
  expiresIn: number;

  @NestedField(UserAnswer, { description: 'Who logged in.' })
  user: UserAnswer;
}
