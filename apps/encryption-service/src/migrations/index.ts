import type { MigrationClass } from '@app/persistence';
import { CreateTables1764000000001 } from './1764000000001-create-tables.js';
import { CreateFunctions1764000000002 } from './1764000000002-create-functions.js';
import { LifeOfVersions1764000000003 } from './1764000000003-life-of-versions.js';
import { SlowWrongKeys1764000000004 } from './1764000000004-slow-wrong-keys.js';
import { CountAndDestroy1764000000005 } from './1764000000005-count-and-destroy.js';
import { WatchStreams1764000000006 } from './1764000000006-watch-streams.js';
import { LetUsesPass1764000000007 } from './1764000000007-let-uses-pass.js';
import { LimitAndCountUse1764000000009 } from './1764000000009-limit-and-count-use.js';

/** In the order in which they run; one that has been released is never edited. */
export const MIGRATIONS: readonly MigrationClass[] = [
  CreateTables1764000000001,
  CreateFunctions1764000000002,
  LifeOfVersions1764000000003,
  SlowWrongKeys1764000000004,
  CountAndDestroy1764000000005,
  WatchStreams1764000000006,
  LetUsesPass1764000000007,
  LimitAndCountUse1764000000009,
];
