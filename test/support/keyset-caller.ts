import type { Credentials, ServiceApp, ServiceReply } from './service-app.js';

/** A version as the wire shows it. */
export interface ShownVersion {
  readonly encryptionVersionId: string;
  readonly number: number;
  readonly state: string;
  readonly messages: number;
  readonly destroyAt?: string;
  readonly deactivatedAt?: string;
  readonly receipt?: object;
}

/** The code of a refusal, or the status. */
export function codeOf({ status, json }: ServiceReply): unknown {
  return json['code'] ?? status;
}

/** Calls about one encryption, in the words of the wire. */
export class KeysetCaller {
  constructor(
    readonly service: ServiceApp,
    readonly as: Credentials,
    readonly id: string,
  ) {}

  static async make(
    service: ServiceApp,
    as: Credentials,
    more: object = {},
  ): Promise<KeysetCaller> {
    return new KeysetCaller(service, as, await service.encryption(as, more));
  }

  /** The same encryption for another client. */
  by(as: Credentials): KeysetCaller {
    return new KeysetCaller(this.service, as, this.id);
  }

  send(method: string, path: string, body?: unknown, more: object = {}): Promise<ServiceReply> {
    return this.service.send(method, path, {
      as: this.as,
      ...(body === undefined ? {} : { body }),
      ...more,
    });
  }

  get(): Promise<ServiceReply> {
    return this.send('GET', `/v1/encryptions/${this.id}`);
  }

  patch(body: object): Promise<ServiceReply> {
    return this.send('PATCH', `/v1/encryptions/${this.id}`, body);
  }

  delete(body?: object): Promise<ServiceReply> {
    return this.send('DELETE', `/v1/encryptions/${this.id}`, body);
  }

  act(versionId: string, act: string, body?: object, more: object = {}): Promise<ServiceReply> {
    return this.send('POST', `/v1/encryptions/${this.id}/versions/${versionId}/${act}`, body, more);
  }

  encrypt(more: object = {}, call: object = {}): Promise<ServiceReply> {
    return this.send('POST', '/v1/encrypt', { encryptionId: this.id, data: 'x', ...more }, call);
  }

  decrypt(blob: object, call: object = {}): Promise<ServiceReply> {
    return this.send('POST', '/v1/decrypt', blob, call);
  }

  async rotate(): Promise<string> {
    const { json } = await this.send('POST', '/v1/rotate', { encryptionId: this.id });
    return String(json['newVersionId']);
  }

  async versions(): Promise<readonly ShownVersion[]> {
    const { json } = await this.send('GET', `/v1/encryptions/${this.id}/versions?limit=200`);
    return json['items'] as readonly ShownVersion[];
  }

  async version(versionId: string): Promise<ShownVersion> {
    const found = (await this.versions()).find((one) => one.encryptionVersionId === versionId);
    if (found === undefined) throw new Error('there is no such version');
    return found;
  }

  async states(): Promise<string[]> {
    return (await this.versions()).map(({ state }) => state);
  }
}
