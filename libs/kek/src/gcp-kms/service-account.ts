import { JWT } from 'google-auth-library';
import { invalidField } from '@app/errors';
import type { SecretString } from '@app/secret';

const SCOPES = ['https://www.googleapis.com/auth/cloudkms'];

function parse(text: string): object {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch (error) {
    // The parser's message quotes the text.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function member(account: object, name: string): string | undefined {
  const value: unknown = Reflect.get(account, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The service account of a key file. Its tokens are signed in this process, so that signing in needs no server. Other kinds of credential
 * are refused: such a file can name an address or a program, which a key file must not decide.
 *
 * @throws AppError `invalid_request` for anything else.
 */
export function serviceAccount(file: SecretString): JWT {
  const account = parse(file.expose());
  const [email, key] = [member(account, 'client_email'), member(account, 'private_key')];
  if (member(account, 'type') !== 'service_account' || email === undefined || key === undefined) {
    throw invalidField('serviceAccount', 'must be the key of a service account, as JSON');
  }
  const keyId = member(account, 'private_key_id');
  const client = new JWT({ email, key, scopes: SCOPES, ...(keyId !== undefined && { keyId }) });
  client.useJWTAccessWithScope = true;
  return client;
}
