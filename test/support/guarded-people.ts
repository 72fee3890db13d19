import { generateSync } from 'otplib';
import { CoreApp, PASSWORD, type Reply } from './core-app.js';

/** Of a code (RFC 6238), in milliseconds. */
export const STEP = 30_000;

/** A person with a second factor. */
export interface Guarded {
  readonly id: string;
  readonly username: string;
  readonly token: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** Two replicas of a core, and people with second factors. */
export class GuardedPeople {
  private constructor(
    readonly core: CoreApp,
    readonly other: CoreApp,
  ) {}

  static async start(): Promise<GuardedPeople> {
    const core = await CoreApp.start();
    return new GuardedPeople(core, await CoreApp.on(core.test, core.service));
  }

  async stop(): Promise<void> {
    await this.other.app.close();
    await this.core.stop();
  }

  post(path: string, body: object, token?: string, at = this.core): Promise<Reply> {
    return at.send('POST', path, { body, token });
  }

  logIn(username: string, totpCode?: string, at = this.core, password = PASSWORD): Promise<Reply> {
    const code = totpCode === undefined ? {} : { totpCode };
    return this.post('/auth/login', { username, password, ...code }, undefined, at);
  }

  /** The code of a time step near the present one. */
  codeAt(secret: string, stepsAhead = 0): string {
    const millis = this.core.clock.now().getTime() + stepsAhead * STEP;
    return generateSync({ secret, epoch: Math.floor(millis / 1_000) });
  }

  /** Six digits that are the code of no step nearby. */
  wrongCode(secret: string): string {
    const right = [-2, -1, 0, 1, 2].map((steps) => this.codeAt(secret, steps));
    const wrong = ['000001', '000002', '000003', '000004', '000005', '000006'];
    return wrong.find((code) => !right.includes(code)) ?? '';
  }

  /** Time goes on at both replicas, so that the next code is another one. */
  wait(millis = 2 * STEP): void {
    for (const replica of [this.core, this.other]) replica.clock.step(millis);
  }

  async guarded(username: string): Promise<Guarded> {
    const { id, token } = await this.core.person(username);
    const setup = await this.post('/auth/totp/setup', {}, token);
    const secret = String(setup.json['secret']);
    const totpCode = this.codeAt(secret);
    const { json } = await this.post('/auth/totp/confirm', { totpCode }, token);
    this.wait();
    return { id, username, token, secret, recoveryCodes: json['recoveryCodes'] as string[] };
  }
}
