import type { KekProvider } from '../kek-provider.js';
import { RemoteKekProvider } from '../remote/remote-kek-provider.js';
import type { VaultTransitOptions } from './settings.js';
import { VaultConnection } from './vault-connection.js';
import { VaultKeyService } from './vault-key-service.js';
import { loginOf } from './vault-login.js';
import { VaultSession } from './vault-session.js';

/**
 * Opens a master key in the Transit engine of Vault or OpenBao; its URI is `vault-transit:` and mount/key.
 *
 * @throws AppError `invalid_request` for options of another form.
 */
export function openVaultTransit(options: VaultTransitOptions): KekProvider {
  const { name, mount, key, resilience, tokenFile } = options;
  const login = loginOf(options);
  const connection = new VaultConnection(options);
  const session = new VaultSession(connection, login, tokenFile !== undefined);
  const service = new VaultKeyService(session, mount, key);
  const uri = `vault-transit:${mount}/${key}`;
  return new RemoteKekProvider({ name, kind: 'vault-transit', uri, service, resilience });
}
