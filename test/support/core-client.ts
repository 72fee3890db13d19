import { randomUUID } from 'node:crypto';
import {
  type Argon2id,
  type CheckPassword,
  CoreAccounts,
  type LoggedIn,
  StoredMemory,
} from '@app/client-keys';
import { FakeCore } from './fake-core.js';

export const CLIENT_PASSWORD = 'correct horse battery staple';

/** Not Argon2id, but at once: for tests of what is sent, and not of what is derived. */
export const QUICK_ARGON2ID: Argon2id = async ({ password, salt }) => {
  const bytes = Buffer.concat([password, salt]);
  return new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
};

/** One browser, as far as a client of a core needs one: what it remembers outlives each visit. */
export class ClientDevice {
  readonly core: FakeCore;
  readonly texts = new Map<string, string>();

  constructor(core: FakeCore) {
    this.core = core;
  }

  accounts(
    origin = 'https://core.example',
    argon2id = QUICK_ARGON2ID,
    checkPassword?: CheckPassword,
  ): CoreAccounts {
    const memory = new StoredMemory({
      getItem: (key) => this.texts.get(key) ?? null,
      setItem: (key, value) => void this.texts.set(key, value),
    });
    const { fetch } = this.core;
    const ports = { argon2id, parameters: memory, trustedKeys: memory, fetch };
    return new CoreAccounts({ origin, ...ports, ...(checkPassword && { checkPassword }) });
  }

  async logIn(username: string, password = CLIENT_PASSWORD): Promise<LoggedIn> {
    return await this.accounts().logIn({ username, password });
  }

  /** Registers a person and logs them in. */
  async person(username: string): Promise<LoggedIn> {
    await this.accounts().register({ username, password: CLIENT_PASSWORD });
    return await this.logIn(username);
  }
}

/** A tenant whose master key at the fake core is the member key of a session. */
export function tenantOfOne(core: FakeCore, { session }: LoggedIn): string {
  const id = randomUUID();
  core.tenants.set(id, Buffer.from(session.memberKey.expose()).toString('base64'));
  return id;
}
