import { randomUUID } from 'node:crypto';
import type { Credentials, ServiceApp, ServiceReply } from './service-app.js';

/** A client's master key: this byte, 32 times. */
export function clientKey(byte: number): Buffer {
  return Buffer.alloc(32, byte);
}

/** The headers with which keys come. */
export function keyHeaders(key?: Buffer | string, next?: Buffer): Record<string, string> {
  const text = typeof key === 'string' ? key : key?.toString('base64');
  return {
    ...(text === undefined ? {} : { 'x-master-key': text }),
    ...(next === undefined ? {} : { 'x-new-master-key': next.toString('base64') }),
  };
}

/** An encryption in client mode, used by one client. */
export class ClientKeyset {
  private constructor(
    private readonly service: ServiceApp,
    readonly as: Credentials,
    readonly id: string,
  ) {}

  static async make(service: ServiceApp, as: Credentials, key: Buffer): Promise<ClientKeyset> {
    const body = { encryptionId: randomUUID(), masterKey: { mode: 'client' } };
    const made = await service.send('POST', '/v1/encryptions', {
      as,
      body,
      headers: keyHeaders(key),
    });
    if (made.status !== 201) throw new Error(made.text);
    return new ClientKeyset(service, as, body.encryptionId);
  }

  /** The same encryption in another client's hands. */
  by(as: Credentials): ClientKeyset {
    return new ClientKeyset(this.service, as, this.id);
  }

  encrypt(key?: Buffer | string, replica = 0): Promise<ServiceReply> {
    return this.post('/v1/encrypt', { encryptionId: this.id, data: 'a secret' }, key, replica);
  }

  decrypt(blob: object, key?: Buffer | string, replica = 0): Promise<ServiceReply> {
    return this.post('/v1/decrypt', blob, key, replica);
  }

  rotate(key?: Buffer | string): Promise<ServiceReply> {
    return this.post('/v1/rotate', { encryptionId: this.id }, key);
  }

  rewrap(body: object, key?: Buffer, next?: Buffer, replica = 0): Promise<ServiceReply> {
    const headers = keyHeaders(key, next);
    const path = `/v1/encryptions/${this.id}/rewrap`;
    return this.service.send('POST', path, { as: this.as, body, headers, replica });
  }

  async versions(): Promise<readonly Record<string, unknown>[]> {
    const { json } = await this.service.send('GET', `/v1/encryptions/${this.id}/versions`, {
      as: this.as,
    });
    return json['items'] as Record<string, unknown>[];
  }

  post(path: string, body: object, key?: Buffer | string, replica = 0): Promise<ServiceReply> {
    return this.service.send('POST', path, {
      as: this.as,
      body,
      headers: keyHeaders(key),
      replica,
    });
  }
}

/** What a reply came to: 200, or the code of its refusal. */
export function outcomeOf({ status, json }: ServiceReply): unknown {
  return json['code'] ?? status;
}

/** How often each outcome came. */
export function tally(replies: readonly ServiceReply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reply of replies) {
    const outcome = String(outcomeOf(reply));
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
