import type { Connection } from '@app/persistence';
import type { CorePlatformConfig } from '../config.js';

/** The database part of the configuration. */
export function connectionOf({ database }: CorePlatformConfig): Connection {
  return {
    ownerUrl: database.url,
    appUrl: database.appUrl,
    appRole: database.appRole,
    insecurePlaintext: database.insecurePlaintext,
  };
}
