import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { deriveServiceKeys, EXPORT_PAYLOAD_TYPE, fingerprintOf, signEnvelope } from '@app/crypto';
import { SecretBytes } from '@app/secret';
import { keyHeaders } from './client-keys.js';
import { type Credentials, ServiceApp, type ServiceReply } from './service-app.js';

export type Json = Record<string, unknown>;
export type Payload = Json & { readonly encryptions: (Json & { readonly versions: Json[] })[] };

const EXPORTER_SECRET = 8;
/** A signer that no service knows. */
const { privateKey: stranger } = generateKeyPairSync('ed25519');

export const STRANGER = fingerprintOf(stranger);

function payloadOf(file: Json): Payload {
  return JSON.parse(Buffer.from(String(file['payload']), 'base64').toString('utf8')) as Payload;
}

/** A file with this content, signed by a stranger whom the caller vouches for. */
export function forge(payload: Payload | string): Json {
  const { x = '' } = stranger.export({ format: 'jwk' });
  const publicKey = Buffer.from(x, 'base64url').toString('base64');
  const text =
    typeof payload === 'string'
      ? payload.replace(/"publicKey":"[^"]*"/, `"publicKey":"${publicKey}"`)
      : JSON.stringify({ ...payload, publicKey });
  const envelope = signEnvelope(stranger, EXPORT_PAYLOAD_TYPE, Buffer.from(text));
  return { ...envelope, signer: STRANGER };
}

/** Two services that trust one way: each with a database and a service secret of its own, the same tenant and the same master key. */
export class TwoServices {
  static readonly exporterKey: KeyObject = deriveServiceKeys(
    SecretBytes.copyOf(Buffer.alloc(32, EXPORTER_SECRET)),
  ).identity;
  static readonly exporterFingerprint = fingerprintOf(TwoServices.exporterKey);

  private constructor(
    readonly exporter: ServiceApp,
    readonly exporterAdmin: Credentials,
    readonly importer: ServiceApp,
    readonly admin: Credentials & { readonly id: string },
  ) {}

  static async start(): Promise<TwoServices> {
    const tenantId = randomUUID();
    const exporter = await ServiceApp.start(1, undefined, { serviceSecret: EXPORTER_SECRET });
    const importer = await ServiceApp.start(1, undefined, {
      masterKeys: { default: ServiceApp.masterKeyByte, other: 10 },
      trustedExporters: [TwoServices.exporterFingerprint],
    });
    const there = await exporter.tenant(tenantId);
    const here = await importer.tenant(tenantId);
    return new TwoServices(exporter, there.admin, importer, here.admin);
  }

  async stop(): Promise<void> {
    await this.exporter.stop();
    await this.importer.stop();
  }

  async export(encryptionId: unknown, as = this.exporterAdmin): Promise<Json> {
    const { json } = await this.exporter.send('POST', '/v1/export', { as, body: { encryptionId } });
    return json;
  }

  import(body: Json, as: Credentials = this.admin, key?: Buffer): Promise<ServiceReply> {
    return this.importer.send('POST', '/v1/import', { as, body, headers: keyHeaders(key) });
  }

  /** The file of one encryption with two versions, and a blob under the first of them. */
  async file(): Promise<{ file: Json; id: string; blob: Json }> {
    const as = this.exporterAdmin;
    const id = await this.exporter.encryption(as);
    const blob = await this.exporter.blob(as, id);
    await this.exporter.send('POST', '/v1/rotate', { as, body: { encryptionId: id } });
    return { file: await this.export(id), id, blob };
  }

  /** Such a file with other content, signed by a stranger. */
  async changed(change: (payload: Payload) => unknown): Promise<Json> {
    const payload = payloadOf((await this.file()).file);
    change(payload);
    return forge(payload);
  }

  /** What the importer stores of an encryption's versions. */
  versionRows(id: unknown): Promise<Json[]> {
    return this.importer.test.asOwner<Json>(
      'select * from encryption_key_version where encryption_id = $1 order by number',
      [id],
    );
  }

  /** How many encryptions and versions the importer has. */
  async count(): Promise<unknown> {
    const [row] = await this.importer.test.asOwner<Json>(
      'select (select count(*) from encryption) + (select count(*) from encryption_key_version) as n',
    );
    return row?.['n'];
  }
}
