import { expect } from 'vitest';
import { type CuttingProxy, startBehindProxy } from './cutting-proxy.js';
import { activeVersionsOutOfOrder, keysUnderSeveral } from './keys-in-order.js';
import { type Credentials, ServiceApp, type ServiceReply } from './service-app.js';

type Json = Record<string, unknown>;

const FOR_WANT_OF_A_DATABASE = ['database_unavailable', 'audit_unavailable'];

/** A service whose database can be cut off at any statement, and what has to be true of it afterwards. */
export class CutService {
  private constructor(
    readonly app: ServiceApp,
    readonly proxy: CuttingProxy,
    readonly admin: Credentials,
  ) {}

  static async start(tenantId?: string): Promise<CutService> {
    let proxy: CuttingProxy | undefined;
    const app = await ServiceApp.start(
      1,
      async (databases) => {
        const started = await startBehindProxy(databases);
        ({ proxy } = started);
        return started.server;
      },
      {
        masterKeys: { default: ServiceApp.masterKeyByte, next: 10 },
        // Nothing else asks the database anything while an act is cut.
        hearsChanges: false,
        // What was to be done beside the call failed with it; whoever looks finds it undone.
        onBackgroundFailure: ({ code }) => {
          expect(FOR_WANT_OF_A_DATABASE).toContain(code);
        },
      },
    );
    if (proxy === undefined) throw new Error('the service has its database without the proxy');
    return new CutService(app, proxy, (await app.tenant(tenantId)).admin);
  }

  async stop(): Promise<void> {
    await this.app.stop();
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ServiceReply> {
    return this.app.send('POST', path, { as: this.admin, body, headers });
  }

  /** An encryption with a blob under each of two versions. */
  async keyset(): Promise<{ id: string; blobs: Json[] }> {
    const id = await this.app.encryption(this.admin);
    const blobs = [await this.app.blob(this.admin, id)];
    await this.post('/v1/rotate', { encryptionId: id });
    blobs.push(await this.app.blob(this.admin, id));
    return { id, blobs };
  }

  /** What a call that was cut may say: that it is done, or that it may be tried again. */
  expectHonest({ status, json }: ServiceReply, hasCut: boolean): void {
    if (status < 300) return;
    expect([hasCut, status]).toEqual([true, 503]);
    expect(FOR_WANT_OF_A_DATABASE).toContain(json['code']);
  }

  /** One active version for each encryption, each wholly under one master key, and all of these blobs readable. */
  async expectInOrder(blobs: readonly Json[]): Promise<void> {
    expect(await activeVersionsOutOfOrder(this.app)).toEqual([]);
    expect(await keysUnderSeveral(this.app)).toEqual([]);
    const opened = await Promise.all(blobs.map((blob) => this.post('/v1/decrypt', blob)));
    expect(opened.map(({ json }) => json['data'])).toEqual(blobs.map(() => 'a secret'));
  }
}
