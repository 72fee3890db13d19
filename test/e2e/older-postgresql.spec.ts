import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreApp } from '../support/core-app.js';
import { ServiceApp } from '../support/service-app.js';
import {
  findSystemPostgresql,
  startSystemServer,
  type SystemPostgresql,
} from '../support/system-postgresql.js';
import type { StartServer } from '../support/test-database.js';

const found = findSystemPostgresql();

/** The check says aloud when there is none, and fails where one is expected. */
describe.runIf(found !== undefined)(
  `PostgreSQL ${String(found?.major)} of the operating system`,
  () => {
    const start: StartServer = (databases) =>
      startSystemServer(found as SystemPostgresql, databases);
    let service: ServiceApp;
    let core: CoreApp;

    beforeAll(async () => {
      service = await ServiceApp.start(1, start);
      core = await CoreApp.start(start);
    });

    afterAll(async () => {
      await core.stop();
      await service.stop();
    });

    it('is not the embedded version', async () => {
      const [row] = await service.test.asOwner<{ version: string }>('show server_version_num');
      expect(Object.values(row ?? {})[0]).toMatch(new RegExp(`^${String(found?.major)}`));
    });

    it('serves the encryption service: encrypt, rotate, decrypt, disable, audit', async () => {
      const { admin } = await service.tenant();
      const id = await service.encryption(admin);
      const blob = await service.blob(admin, id, 'Grüße');
      await service.send('POST', '/v1/rotate', { as: admin, body: { encryptionId: id } });
      const opened = await service.send('POST', '/v1/decrypt', { as: admin, body: blob });
      expect(opened.json).toEqual({ data: 'Grüße', encoding: 'utf8' });
      await service.send('PATCH', `/v1/encryptions/${id}`, {
        as: admin,
        body: { state: 'disabled' },
      });
      const refused = await service.send('POST', '/v1/decrypt', { as: admin, body: blob });
      expect(refused.json['code']).toBe('encryption_disabled');
      const { json } = await service.send('GET', `/v1/audit?encryptionId=${id}`, { as: admin });
      expect(json['items']).toHaveLength(6);
    });

    it('keeps the tenants of the encryption service apart', async () => {
      const rows = await service.test.database.transaction({}, (manager) =>
        manager.query<object[]>('select * from encryption'),
      );
      expect(rows).toEqual([]);
    });

    it('serves the core platform: people, tenants, the vault', async () => {
      const { token } = await core.person('ada');
      const tenant = await core.tenant(token);
      const body = { type: 'note', labels: ['a'], metadata: { from: 'x' }, data: 'Grüße' };
      const made = await core.send('POST', `/tenants/${tenant}/vault`, { token, body });
      expect(made.status).toBe(201);
      const read = await core.send('GET', `/tenants/${tenant}/vault/${String(made.json['id'])}`, {
        token,
      });
      expect(read.json).toMatchObject(body);
      const list = await core.send('GET', `/tenants/${tenant}/vault?label=a`, { token });
      expect(list.json['items']).toHaveLength(1);
    });
  },
);
