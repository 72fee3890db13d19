import { createRequire } from 'node:module';
import { invalidField } from '@app/errors';
import type { KekProvider } from '../kek-provider.js';
import { RemoteKekProvider } from '../remote/remote-kek-provider.js';
import { Pkcs11KeyService } from './pkcs11-key-service.js';
import { findKeyName, PKCS11_URI_RULE } from './pkcs11-uri.js';
import type { Pkcs11Options } from './settings.js';
import { TokenClient } from './token-client.js';

/** What the binding is built into; without a compiler npm leaves the package out. */
const BINDING = 'pkcs11js/build/Release/pkcs11.node';

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(BINDING);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')
      return false;
    throw error;
  }
}

/**
 * Opens a master key in an HSM, a TPM or another token; its URI is the configured one. The token is not asked for anything yet.
 *
 * @throws AppError `invalid_request` for another form of URI, or where the package `pkcs11js` is not there.
 */
export function openPkcs11(options: Pkcs11Options): Promise<KekProvider> {
  const { name, module, uri, pin, oaepHash, startTimeout, resilience } = options;
  const key = findKeyName(uri);
  if (key === undefined) throw invalidField('uri', PKCS11_URI_RULE);
  if (!isInstalled()) {
    throw invalidField(
      'kind',
      'needs the package pkcs11js, which is not installed: npm builds it where python3, make and a C++ compiler are (npm ci once more)',
    );
  }
  const settings = { module, ...key, pin: pin?.expose(), oaepHash };
  const service = new Pkcs11KeyService(new TokenClient(settings, startTimeout));
  return Promise.resolve(
    new RemoteKekProvider({ name, kind: 'pkcs11', uri, service, resilience, oneAtATime: true }),
  );
}
