import { KeyManagementServiceClient } from '@google-cloud/kms';
import { type ChannelCredentials, credentials, Metadata } from '@grpc/grpc-js';
import type { JWT } from 'google-auth-library';
import { setBackend } from 'google-logging-utils';
import { MAX_ANSWER_BYTES } from '../remote/bounded-answer.js';

/** How Google Cloud KMS is reached. */
export interface GcpConnection {
  /** Host and port in place of Google's. */
  readonly endpoint: string | undefined;
  /** PEM of the CA that is trusted in place of the public ones. */
  readonly ca: string | undefined;
  /** A service account; the machine's default credentials where absent. */
  readonly account: JWT | undefined;
}

/**
 * No proxy variables are followed, and no answer is longer than an answer can be. Without a bound of its own the SDK waits for longer and
 * longer, up to two minutes, before it connects to a service again that was down.
 */
const CHANNEL_OPTIONS = {
  'grpc.enable_http_proxy': 0,
  'grpc.max_receive_message_length': MAX_ANSWER_BYTES,
  'grpc.max_reconnect_backoff_ms': 2_000,
};

type Headers = () => Promise<Iterable<readonly [string, string]>>;

/** TLS with a CA of one's own, and the same tokens as otherwise: the SDK has both or neither. */
function channelCredentials(ca: string, headers: Headers): ChannelCredentials {
  const perCall = credentials.createFromMetadataGenerator((_, callback) => {
    headers().then(
      (entries) => {
        const metadata = new Metadata();
        for (const [name, value] of entries) metadata.set(name, value);
        callback(null, metadata);
      },
      () => {
        callback(new Error('no access token'));
      },
    );
  });
  return credentials.combineChannelCredentials(credentials.createSsl(Buffer.from(ca)), perCall);
}

function hostAndPort(endpoint: string): { readonly apiEndpoint: string; readonly port: number } {
  const [apiEndpoint = '', port = '443'] = endpoint.split(':');
  return { apiEndpoint, port: Number(port) };
}

/**
 * A client that has found its credentials. They are looked for before the first call, since the SDK leaves a failure of that, in a call,
 * to the process as an unhandled rejection.
 */
export async function openGcpClient(
  connection: GcpConnection,
): Promise<KeyManagementServiceClient> {
  // With GOOGLE_SDK_NODE_LOGGING in the environment the SDK would print requests, and with them keys.
  setBackend(null);
  const { endpoint, ca, account } = connection;
  const client: KeyManagementServiceClient = new KeyManagementServiceClient({
    ...CHANNEL_OPTIONS,
    fallback: false,
    ...(account !== undefined && { authClient: account }),
    ...(endpoint !== undefined && hostAndPort(endpoint)),
    ...(ca !== undefined && {
      sslCreds: channelCredentials(ca, () => client.auth.getRequestHeaders()),
    }),
  });
  await client.initialize();
  return client;
}
