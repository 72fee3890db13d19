import { type ConfigOf, option } from '@app/config';
import type { Connection } from './migrate.js';

/** The settings of an app's database. */
export const DATABASE_OPTIONS = {
  url: option.secret({ alias: 'DATABASE_URL', help: "The owner's URL: it migrates at start." }),
  appUrl: option.secret({ optional: true, help: 'A login of its own for the application.' }),
  appRole: option.text({
    optional: true,
    help: "The role that every query runs under; absent, the database's name with _app.",
  }),
  poolSize: option.integer({ default: 10, least: 2, most: 200, help: 'Connections at most.' }),
  insecurePlaintext: option.boolean({
    default: false,
    help: 'Allows a database on another host without verified TLS.',
  }),
};

/** Where the configured database is, and as whom it is used. */
export function connectionOf(values: ConfigOf<typeof DATABASE_OPTIONS>): Connection {
  const { url, appUrl, appRole, insecurePlaintext } = values;
  return { ownerUrl: url, appUrl, appRole, insecurePlaintext };
}
