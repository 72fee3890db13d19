import { invalidField } from '@app/errors';
import { SecretString } from '@app/secret';
import { readCredentialFile } from './credential-file.js';
import type { VaultTransitOptions } from './settings.js';
import type { VaultConnection } from './vault-connection.js';
import { vaultError } from './vault-error.js';

/** Gets a token, which is good until Vault says otherwise. */
export type Login = (connection: VaultConnection, signal: AbortSignal) => Promise<SecretString>;

function tokenOf(body: unknown): SecretString | undefined {
  const auth: unknown =
    typeof body === 'object' && body !== null && 'auth' in body ? body.auth : undefined;
  if (typeof auth !== 'object' || auth === null || !('client_token' in auth)) return undefined;
  const { client_token: token } = auth;
  return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)
    ? new SecretString(token)
    : undefined;
}

function logInAt(mount: string, bodyOf: () => Promise<Record<string, string>>): Login {
  return async (connection, signal) => {
    const path = `auth/${mount}/login`;
    const answer = await connection.send({
      method: 'POST',
      path,
      body: await bodyOf(),
      signal,
    });
    const token = answer.status === 200 ? tokenOf(answer.body) : undefined;
    if (token !== undefined) return token;
    throw vaultError(answer);
  };
}

function appRoleLogin({ appRole }: VaultTransitOptions): Login | undefined {
  const { mount, roleId, secretIdFile } = appRole;
  if (roleId === undefined) return undefined;
  if (secretIdFile === undefined) throw invalidField('appRole.secretIdFile', 'is required');
  return logInAt(mount, async () => ({
    role_id: roleId,
    secret_id: (await readCredentialFile(secretIdFile, true)).expose(),
  }));
}

function kubernetesLogin({ kubernetes }: VaultTransitOptions): Login | undefined {
  const { mount, role, jwtFile } = kubernetes;
  if (role === undefined) return undefined;
  return logInAt(mount, async () => ({
    role,
    jwt: (await readCredentialFile(jwtFile, false)).expose(),
  }));
}

function fileLogin({ tokenFile }: VaultTransitOptions): Login | undefined {
  return tokenFile === undefined ? undefined : () => readCredentialFile(tokenFile, true);
}

/**
 * How this process gets its token.
 *
 * @throws AppError `invalid_request` unless exactly one way is configured.
 */
export function loginOf(options: VaultTransitOptions): Login {
  const ways = [fileLogin, appRoleLogin, kubernetesLogin]
    .map((way) => way(options))
    .filter((way) => way !== undefined);
  const [login] = ways;
  if (login !== undefined && ways.length === 1) return login;
  throw invalidField(
    'tokenFile',
    'must be the only one, or absent with one of appRole.roleId and kubernetes.role',
  );
}
