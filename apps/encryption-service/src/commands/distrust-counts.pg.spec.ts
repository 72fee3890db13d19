import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, migrate, openDatabase } from '@app/persistence';
import { startTestServer, type TestServer } from '../../../../test/support/server-database.js';
import { SCHEMA } from '../schema.js';
import { assertNoService } from './distrust-counts.js';

let server: TestServer;
let connection: Connection;

beforeAll(async () => {
  server = await startTestServer(['counts', 'others']);
  connection = { ownerUrl: server.urlOf('counts'), insecurePlaintext: false };
  const other = { ...connection, ownerUrl: server.urlOf('others') };
  for (const one of [connection, other]) await migrate(SCHEMA, one);
});

afterAll(async () => {
  await server.stop();
});

async function connected(ownerUrl: Connection['ownerUrl']): Promise<() => Promise<void>> {
  const service = await openDatabase(
    SCHEMA,
    { ...connection, ownerUrl },
    { poolSize: 2, onConnectionError: () => undefined },
  );
  await service.ping();
  return () => service.close();
}

describe('counts that are to be trusted no more', () => {
  it('wait until no service is connected to their database', async () => {
    const closeOther = await connected(server.urlOf('others'));
    await expect(assertNoService(connection)).resolves.toBeUndefined();
    const close = await connected(connection.ownerUrl);
    await expect(assertNoService(connection)).rejects.toMatchObject({ code: 'conflict' });
    await close();
    await expect.poll(() => assertNoService(connection)).toBeUndefined();
    await closeOther();
  });
});
