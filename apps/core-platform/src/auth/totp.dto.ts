import { Field, rules } from '@app/contract';
import { PASSWORD, TOTP_CODE } from './auth.rules.js';

/** `POST /auth/totp/setup`. */
export class TotpSetupAnswer {
  @Field(rules.text(), { description: 'In base32, to be typed into an authenticator.' })
  secret: string;

  @Field(rules.text(), { description: 'The same as a URI that authenticators read.' })
  otpauthUri: string;

  @Field(rules.text(), { description: 'The URI as a QR code: an SVG picture.' })
  qrSvg: string;
}

/** `POST /auth/totp/confirm`. */
export class TotpConfirmRequest {
  @Field(TOTP_CODE, { description: 'The code that the authenticator shows.' })
  totpCode: string;
}

export class RecoveryCodesAnswer {
  @Field(rules.listOf(rules.text(), 10, 10), {
    description: 'Each is good once in place of a code. They are shown this once.',
  })
  recoveryCodes: string[];
}

/** `POST /auth/totp/disable`. */
export class TotpDisableRequest {
  @Field(PASSWORD, { description: 'The password.' })
  password: string;

  @Field(TOTP_CODE, { description: 'A code, or a recovery code.' })
  totpCode: string;
}
