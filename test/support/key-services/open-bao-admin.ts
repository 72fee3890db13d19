import { ROOT_TOKEN } from './emulators.js';

/** What the policy of an encryption service has to have for its key, and all that it has to have. */
export function policyFor(key: string): string {
  return [
    `path "transit/encrypt/${key}" { capabilities = ["update"] }`,
    `path "transit/decrypt/${key}" { capabilities = ["update"] }`,
    `path "transit/keys/${key}" { capabilities = ["read"] }`,
  ].join('\n');
}

/** Sets up an OpenBao that a test started, as its root. */
export class OpenBaoAdmin {
  constructor(private readonly url: string) {}

  async mountTransit(): Promise<void> {
    await this.call('POST', 'sys/mounts/transit', { type: 'transit' });
  }

  async createKey(name: string, settings: object = {}): Promise<void> {
    await this.call('POST', `transit/keys/${name}`, settings);
  }

  /** Whether there is such a key. */
  async hasKey(name: string): Promise<boolean> {
    const { keys } = (await this.call('GET', 'transit/keys?list=true')).data as { keys: string[] };
    return keys.includes(name);
  }

  async setEnabled(key: string, isEnabled: boolean): Promise<void> {
    if (isEnabled) await this.call('POST', `transit/keys/${key}/soft-delete-restore`, {});
    else await this.call('DELETE', `transit/keys/${key}/soft-delete`);
  }

  /** A token for these keys alone. */
  async createToken(keys: readonly string[]): Promise<string> {
    const policy = keys.map(policyFor).join('\n');
    await this.call('PUT', 'sys/policies/acl/keyward', { policy });
    const answer = await this.call('POST', 'auth/token/create', { policies: ['keyward'] });
    return (answer.auth as { client_token: string }).client_token;
  }

  /** A token that may do everything. */
  async createRootToken(): Promise<string> {
    const answer = await this.call('POST', 'auth/token/create', { policies: ['root'] });
    return (answer['auth'] as { client_token: string }).client_token;
  }

  /** What a token may do at a path. */
  async capabilities(token: string, path: string): Promise<unknown> {
    const answer = await this.call('POST', 'sys/capabilities', { token, paths: [path] });
    return answer['capabilities'];
  }

  async call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.url}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': ROOT_TOKEN },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status.toString()} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }
}
