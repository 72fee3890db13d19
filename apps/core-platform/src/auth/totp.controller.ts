import { Body, Controller } from '@nestjs/common';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { personOf } from '../access/caller.js';
import { ConfirmTotp } from './confirm-totp.js';
import { DisableTotp } from './disable-totp.js';
import { SetUpTotp } from './set-up-totp.js';
import {
  RecoveryCodesAnswer,
  TotpConfirmRequest,
  TotpDisableRequest,
  TotpSetupAnswer,
} from './totp.dto.js';

const ACCESS = 'second-factor:change';

@Controller()
export class TotpController {
  readonly #setUpTotp: SetUpTotp;
  readonly #confirmTotp: ConfirmTotp;
  readonly #disableTotp: DisableTotp;

  constructor(setUpTotp: SetUpTotp, confirmTotp: ConfirmTotp, disableTotp: DisableTotp) {
    this.#setUpTotp = setUpTotp;
    this.#confirmTotp = confirmTotp;
    this.#disableTotp = disableTotp;
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/totp/setup',
    access: ACCESS,
    summary: 'Begin a second factor (RFC 6238); it counts once it is confirmed',
    answer: TotpSetupAnswer,
    errors: ['conflict'],
  })
  async setUp(@CurrentCall() call: Call): Promise<TotpSetupAnswer> {
    const { secret, otpauthUri, qrSvg } = await this.#setUpTotp.setUp(personOf(call));
    return { secret: secret.expose(), otpauthUri: otpauthUri.expose(), qrSvg: qrSvg.expose() };
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/totp/confirm',
    access: ACCESS,
    summary: 'Confirm a second factor with its first code; the answer has ten recovery codes',
    body: TotpConfirmRequest,
    answer: RecoveryCodesAnswer,
    errors: ['conflict', 'totp_invalid'],
  })
  async confirm(
    @Body() { totpCode }: TotpConfirmRequest,
    @CurrentCall() call: Call,
  ): Promise<RecoveryCodesAnswer> {
    const codes = await this.#confirmTotp.confirm(totpCode, personOf(call));
    return { recoveryCodes: codes.map((code) => code.expose()) };
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/auth/totp/disable',
    access: ACCESS,
    summary: 'Remove the second factor with its recovery codes',
    body: TotpDisableRequest,
    errors: ['conflict', 'totp_invalid', 'locked', 'rate_limited'],
  })
  async disable(@Body() body: TotpDisableRequest, @CurrentCall() call: Call): Promise<void> {
    await this.#disableTotp.disable(body, personOf(call));
  }
}
