export type { Grant } from './app-role.js';
export { isUniqueViolation, unlessTaken } from './database-error.js';
export { Database } from './database.js';
export type { PreparedStatement, Scope } from './database.js';
export { migrate } from './migrate.js';
export type { Connection, MigrationClass, Schema } from './migrate.js';
export { openAsOwner, openDatabase } from './open-database.js';
export type { PoolOptions } from './open-database.js';
export { connectionOf, DATABASE_OPTIONS } from './database-options.js';
