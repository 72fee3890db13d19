import type { Identifiers } from '@app/ambient';
import type { KekProviders } from '@app/kek';
import type { Database } from '@app/persistence';
import { ClientMasterKeys } from './client-master-keys.js';
import { MasterKeys } from './master-keys.js';
import { OuterKeys } from './outer-keys.js';
import { PlatformMasterKeys } from './platform-master-keys.js';
import { WrongKeys } from './wrong-keys.js';

/** The master keys of both modes, as services and commands have them. */
export function makeMasterKeys(
  database: Database,
  providers: KekProviders,
  identifiers: Identifiers,
): { readonly masterKeys: MasterKeys; readonly outerKeys: OuterKeys } {
  const outerKeys = new OuterKeys(database, providers, identifiers);
  const masterKeys = new MasterKeys(
    new PlatformMasterKeys(providers),
    new ClientMasterKeys(outerKeys, new WrongKeys(database)),
  );
  return { masterKeys, outerKeys };
}
