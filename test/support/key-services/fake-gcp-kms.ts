import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type GrpcObject,
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { crc32c } from './gcp-crc32c.js';
import { type Fault, Faults } from './faults.js';
import { GcpKeys, GRPC, GrpcRefusal } from './gcp-keys.js';
import type { ServerCertificate } from './server-certificate.js';

/** What is read of a request, by the names of the protocol. Bytes that were not sent are empty, checksums `null`. */
interface CryptoRequest {
  readonly name: string;
  readonly plaintext: Buffer;
  readonly plaintextCrc32c: Checksum;
  readonly ciphertext: Buffer;
  readonly ciphertextCrc32c: Checksum;
  readonly additionalAuthenticatedData: Buffer;
  readonly additionalAuthenticatedDataCrc32c: Checksum;
}

type Checksum = { readonly value: string } | null;
type Answer = Readonly<Record<string, unknown>>;
type Work = (request: CryptoRequest) => Answer;
type Call = ServerUnaryCall<CryptoRequest, Answer>;

const PROTOS = createRequire(import.meta.url)(
  '@google-cloud/kms/build/protos/protos.json',
) as object;
/** As much as an answer without end can be in one message. */
const ENDLESS = Buffer.alloc(8 * 1024 * 1024);
const ACCOUNT = 'keyward@fake-project.iam.gserviceaccount.com';

/** What gRPC says where others say it in HTTP; other numbers are codes of gRPC themselves. */
const STATUS_OF_HTTP: ReadonlyMap<number, number> = new Map([
  [429, GRPC.resourceExhausted],
  [500, GRPC.internal],
  [503, GRPC.unavailable],
]);

function serviceDefinition(): ServiceClientConstructor['service'] {
  const definition = fromJSON(PROTOS, { keepCase: false, longs: String, defaults: true });
  const google = loadPackageDefinition(definition)['google'] as GrpcObject;
  const cloud = google['cloud'] as GrpcObject;
  const v1 = (cloud['kms'] as GrpcObject)['v1'] as GrpcObject;
  return (v1['KeyManagementService'] as ServiceClientConstructor).service;
}

/** Throws where a checksum was sent and is not that of the bytes. */
function assertChecksum(bytes: Buffer, sent: Checksum): void {
  if (sent === null || sent.value === crc32c(bytes).toString()) return;
  throw new GrpcRefusal(GRPC.invalidArgument, 'The checksum does not match the data.');
}

function checksumOf(bytes: Buffer): { readonly value: string } {
  return { value: crc32c(bytes).toString() };
}

/**
 * Google Cloud KMS over TLS as far as `@google-cloud/kms` speaks with it to encrypt and decrypt: the client's own protocol, real AES-GCM
 * with additional authenticated data, checksums, versions that are disabled, and self-signed tokens of a service account, whose signature
 * it checks.
 *
 * What the real one does and this does not: permissions (whoever has the account's key may do everything), states of versions besides
 * enabled and disabled, keys of other purposes, limits of its own accord, error details, and its own form of ciphertext.
 */
export class FakeGcpKms {
  readonly faults = new Faults();
  readonly keys = new GcpKeys();
  /** Damages bytes on their way back. */
  damagesAnswers = false;
  /** Leaves out that it has checked what it was sent. */
  ignoresChecksums = false;
  calls = 0;
  /** JSON of the service account's key. */
  readonly credentials: string;
  readonly #accountKey: KeyObject;

  private constructor(
    private readonly server: Server,
    readonly endpoint: string,
  ) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#accountKey = createPublicKey(privateKey);
    this.credentials = JSON.stringify({
      type: 'service_account',
      project_id: 'fake-project',
      private_key_id: 'fake-key',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: ACCOUNT,
      client_id: '1',
      // Nobody listens there: the tokens that this client uses are signed by itself.
      token_uri: 'https://localhost:9/token',
    });
  }

  static async start({ certificate, key }: ServerCertificate): Promise<FakeGcpKms> {
    const server = new Server();
    const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createSsl(null, [pair]), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    const fake = new FakeGcpKms(server, `localhost:${port.toString()}`);
    server.addService(serviceDefinition(), {
      encrypt: fake.#handler((request) => fake.#encrypt(request)),
      decrypt: fake.#handler((request) => fake.#decrypt(request)),
    });
    return fake;
  }

  stop(): void {
    this.server.forceShutdown();
  }

  #handler(work: Work): (call: Call, callback: sendUnaryData<Answer>) => void {
    return (call, callback) => {
      this.calls += 1;
      this.#answer(call, work).then(
        (answer) => {
          callback(null, answer);
        },
        (error: unknown) => {
          if (error instanceof GrpcRefusal) callback(error);
          else callback(new GrpcRefusal(GRPC.internal, String(error)));
        },
      );
    };
  }

  async #answer(call: Call, work: Work): Promise<Answer> {
    if (!this.#isAuthorized(call)) {
      throw new GrpcRefusal(
        GRPC.unauthenticated,
        'Request had invalid authentication credentials.',
      );
    }
    const fault = this.faults.take();
    const instead = fault === undefined ? undefined : await this.#fail(fault);
    return instead ?? work(call.request);
  }

  async #fail(fault: Fault): Promise<Answer | undefined> {
    switch (fault.kind) {
      case 'slow':
        await sleep(fault.millis);
        return undefined;
      case 'error':
        throw new GrpcRefusal(STATUS_OF_HTTP.get(fault.status) ?? fault.status, 'A fault.');
      case 'nonsense':
        return { name: 'nonsense', plaintext: Buffer.from('x'), ciphertext: Buffer.from('x') };
      case 'endless':
        return { name: 'endless', plaintext: ENDLESS, ciphertext: ENDLESS };
      case 'redirect':
        throw new GrpcRefusal(GRPC.unimplemented, 'There is no redirection in gRPC.');
      case 'hang-up':
        throw new GrpcRefusal(GRPC.unavailable, 'The connection was closed.');
    }
  }

  /** RFC 7519, RS256, as far as the token of a service account needs it. */
  #isAuthorized({ metadata }: Call): boolean {
    const [header] = metadata.get('authorization');
    const [signed = '', payload = '', signature = ''] =
      /^Bearer ([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(String(header))?.slice(1) ?? [];
    const bytes = Buffer.from(signature, 'base64url');
    if (!verify('sha256', Buffer.from(signed), this.#accountKey, bytes)) return false;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { iss: string };
    return claims.iss === ACCOUNT;
  }

  #encrypt(request: CryptoRequest): Answer {
    const { name, plaintext, additionalAuthenticatedData: aad } = request;
    assertChecksum(plaintext, request.plaintextCrc32c);
    assertChecksum(aad, request.additionalAuthenticatedDataCrc32c);
    const { version, ciphertext } = this.keys.encrypt(name, plaintext, aad);
    return {
      name: version,
      ciphertext: this.#onItsWay(ciphertext),
      ciphertextCrc32c: checksumOf(ciphertext),
      verifiedPlaintextCrc32c: !this.ignoresChecksums && request.plaintextCrc32c !== null,
      verifiedAdditionalAuthenticatedDataCrc32c:
        !this.ignoresChecksums && request.additionalAuthenticatedDataCrc32c !== null,
    };
  }

  #decrypt(request: CryptoRequest): Answer {
    const { name, ciphertext, additionalAuthenticatedData: aad } = request;
    assertChecksum(ciphertext, request.ciphertextCrc32c);
    assertChecksum(aad, request.additionalAuthenticatedDataCrc32c);
    const plaintext = this.keys.decrypt(name, ciphertext, aad);
    return { plaintext: this.#onItsWay(plaintext), plaintextCrc32c: checksumOf(plaintext) };
  }

  #onItsWay(bytes: Buffer): Buffer {
    return this.damagesAnswers ? Buffer.from(bytes.map((byte) => byte ^ 1)) : bytes;
  }
}
