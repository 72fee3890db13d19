import { Field, LowerCaseField, NestedField, rules } from '@app/contract';
import { MAX_RAW_PASSWORD_LENGTH } from '@app/credentials';
import { UserAnswer, USERNAME } from '../users/user.dto.js';

const PASSWORD = {
  rule: `must be text of 1 to ${MAX_RAW_PASSWORD_LENGTH.toString()} characters`,
  schema: { type: 'string', minLength: 1, maxLength: MAX_RAW_PASSWORD_LENGTH },
  check: (value: unknown) =>
    typeof value === 'string' && value.length > 0 && value.length <= MAX_RAW_PASSWORD_LENGTH,
};

/** `POST /auth/register`. */
export class RegisterRequest {
  @LowerCaseField(USERNAME, { description: 'The name to log in with.' })
  username: string;

  @Field(PASSWORD, {
    description:
      '15 to 128 characters after NFKC, not a common one. There is no way back for whoever loses it.',
  })
  password: string;
}

/** `POST /auth/login`. */
export class LoginRequest {
  @LowerCaseField(USERNAME, { description: 'The name.' })
  username: string;

  @Field(PASSWORD, { description: 'The password.' })
  password: string;
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
