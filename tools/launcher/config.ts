import { option } from '@app/config';

const PORT_HELP = 'That of last time by default; 0 takes any free one.';

/** What `npm start` can be told. */
export const LAUNCHER_OPTIONS = {
  data: option.path({
    default: '.keyward',
    help: 'The folder for everything that outlives a restart. A second system takes a second folder.',
  }),
  encryptionPort: option.port({
    optional: true,
    help: `Port of the encryption service; 8443 at first. ${PORT_HELP}`,
  }),
  operationsPort: option.port({
    optional: true,
    help: `Operations port of the encryption service; 8444 at first. ${PORT_HELP}`,
  }),
  corePort: option.port({
    optional: true,
    help: `Port of the core platform; 9443 at first. ${PORT_HELP}`,
  }),
  coreOperationsPort: option.port({
    optional: true,
    help: `Operations port of the core platform; 9444 at first. ${PORT_HELP}`,
  }),
  encryptionReplicas: option.integer({
    default: 1,
    least: 1,
    most: 16,
    help: 'Processes of the encryption service; those after the first take free ports.',
  }),
  coreReplicas: option.integer({
    default: 1,
    least: 1,
    most: 16,
    help: 'Processes of the core platform; those after the first take free ports.',
  }),
  encryptionDatabase: option.secret({
    env: 'ES_DATABASE_URL',
    optional: true,
    help: "The owner's URL of a database for the encryption service, in place of the embedded one.",
  }),
  coreDatabase: option.secret({
    env: 'CP_DATABASE_URL',
    optional: true,
    help: "The owner's URL of a database for the core platform, in place of the embedded one.",
  }),
};
