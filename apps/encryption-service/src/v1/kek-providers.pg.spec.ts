import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceApp } from '../../../../test/support/service-app.js';

let service: ServiceApp;
beforeAll(async () => {
  service = await ServiceApp.start();
});
afterAll(async () => {
  await service.stop();
});

describe('GET /v1/kek-providers', () => {
  it('tells any client that reads keys by which master key they are wrapped', async () => {
    const { app, admin } = await service.tenant();
    for (const as of [app, admin]) {
      const { status, json } = await service.send('GET', '/v1/kek-providers', { as });
      expect([status, json]).toEqual([
        200,
        {
          items: [
            {
              provider: 'default',
              kind: 'local',
              uri: 'local:default',
              default: true,
              healthy: true,
            },
          ],
        },
      ]);
    }
  });

  it('does not take what is no page', async () => {
    const { app } = await service.tenant();
    const { status, json } = await service.send('GET', '/v1/kek-providers?cursor=!', { as: app });
    expect([status, json['code']]).toEqual([400, 'invalid_request']);
  });
});
