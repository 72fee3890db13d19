import { Body, Controller } from '@nestjs/common';
import { ACCESS_TOKEN_SECONDS } from '@app/credentials';
import { type Call, CurrentCall, Endpoint, PUBLIC } from '@app/server';
import { factsOf, personOf } from '../access/caller.js';
import { EndSession } from '../sessions/end-session.js';
import { RefreshSession } from '../sessions/refresh-session.js';
import type { IssuedTokens } from '../sessions/start-session.js';
import { toUserAnswer, UserAnswer } from '../users/user.dto.js';
import { LoginRequest, RefreshTokenRequest, RegisterRequest, TokensAnswer } from './auth.dto.js';
import { LogIn } from './log-in.js';
import { RegisterUser } from './register-user.js';

const STORE_ERRORS = ['database_unavailable', 'audit_unavailable'] as const;

@Controller()
export class AuthController {
  readonly #registerUser: RegisterUser;
  readonly #logIn: LogIn;
  readonly #refreshSession: RefreshSession;
  readonly #endSession: EndSession;

  constructor(
    registerUser: RegisterUser,
    logIn: LogIn,
    refreshSession: RefreshSession,
    endSession: EndSession,
  ) {
    this.#registerUser = registerUser;
    this.#logIn = logIn;
    this.#refreshSession = refreshSession;
    this.#endSession = endSession;
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/register',
    access: PUBLIC,
    summary: 'Register a person. A lost password has no recovery',
    body: RegisterRequest,
    answer: UserAnswer,
    status: 201,
    errors: ['already_exists', 'rate_limited', ...STORE_ERRORS],
  })
  async register(@Body() body: RegisterRequest, @CurrentCall() call: Call): Promise<UserAnswer> {
    return toUserAnswer(await this.#registerUser.register(body, factsOf(call)));
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/login',
    access: PUBLIC,
    summary: 'Start a session',
    body: LoginRequest,
    answer: TokensAnswer,
    errors: [
      'unauthenticated',
      'totp_required',
      'totp_invalid',
      'locked',
      'rate_limited',
      ...STORE_ERRORS,
    ],
  })
  async login(@Body() body: LoginRequest, @CurrentCall() call: Call): Promise<TokensAnswer> {
    return toTokensAnswer(await this.#logIn.logIn(body, factsOf(call)));
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/refresh',
    access: PUBLIC,
    summary: 'Exchange a refresh token for new tokens; it works once',
    body: RefreshTokenRequest,
    answer: TokensAnswer,
    errors: ['unauthenticated', ...STORE_ERRORS],
  })
  async refresh(
    @Body() body: RefreshTokenRequest,
    @CurrentCall() call: Call,
  ): Promise<TokensAnswer> {
    const { refreshToken } = body;
    return toTokensAnswer(await this.#refreshSession.refresh(refreshToken, factsOf(call)));
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/logout',
    access: 'session:end',
    summary: 'End the session of a refresh token',
    body: RefreshTokenRequest,
  })
  async logout(@Body() body: RefreshTokenRequest, @CurrentCall() call: Call): Promise<void> {
    await this.#endSession.end(body.refreshToken, personOf(call));
  }
}

function toTokensAnswer({ accessToken, refreshToken, user }: IssuedTokens): TokensAnswer {
  return {
    accessToken: accessToken.expose(),
    refreshToken: refreshToken.expose(),
    tokenType: 'Bearer',
    expiresIn: ACCESS_TOKEN_SECONDS,
    user: toUserAnswer(user),
  };
}
