import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '@app/config';
import { LIMIT_OPTIONS, type LimitSettings } from './limit-options.js';
import { limitProblems, Tiers } from './tiers.js';

const TENANT = '11111111-1111-4111-8111-111111111111';

function load(env: Record<string, string> = {}): LimitSettings {
  const { values } = loadConfig({
    prefix: 'ES',
    options: { limits: LIMIT_OPTIONS },
    argv: [],
    env,
    rules: ({ limits }) => limitProblems(limits),
  });
  return values.limits;
}

describe('tiers', () => {
  it('have what the documents say where nothing is set', () => {
    expect(new Tiers(load()).of(TENANT)).toEqual({
      requests: { kind: 'rate', perSecond: 2_000, burst: 10_000 },
      clientRequests: { kind: 'rate', perSecond: 1_000, burst: 5_000 },
      decryptItems: { kind: 'rate', perSecond: 1_000, burst: 10_000 },
      decryptDay: { kind: 'day', perDay: 5_000_000 },
    });
  });

  it('are named in the settings, as their tenants are', () => {
    const tiers = new Tiers(
      load({
        ES_LIMITS_DEFAULT_REQUESTS_PER_SECOND: '0',
        ES_LIMITS_TIERS: JSON.stringify([
          { kind: 'tier', name: 'small', decryptItemsPerSecond: 10, decryptBurst: 1_000 },
        ]),
        ES_LIMITS_TENANTS: JSON.stringify([
          { kind: 'tenant', name: TENANT.toUpperCase(), tier: 'small' },
        ]),
      }),
    );
    expect(tiers.of(TENANT)).toMatchObject({
      decryptItems: { kind: 'rate', perSecond: 10, burst: 1_000 },
      decryptDay: { kind: 'day', perDay: 5_000_000 },
    });
    expect(tiers.of('another').requests).toBeUndefined();
  });

  it.each([
    [{ kind: 'tenant', name: TENANT, tier: 'none' }, 'limits.tenants[0].tier'],
    [{ kind: 'tenant', name: 'no-id', tier: 'none' }, 'limits.tenants[0].name'],
  ])('are refused with %j', (tenant, name) => {
    expect(() => load({ ES_LIMITS_TENANTS: JSON.stringify([tenant]) })).toThrow(
      expect.objectContaining({
        problems: expect.arrayContaining([expect.objectContaining({ name })]) as unknown,
      }) as ConfigError,
    );
  });

  it.each([
    ['ES_LIMITS_DEFAULT_DECRYPT_BURST', '999'],
    ['ES_LIMITS_DEFAULT_REQUEST_BURST', '0'],
    ['ES_LIMITS_ADDRESS_PER_SECOND', '-1'],
    ['ES_LIMITS_TIERS', '[{"kind":"tier","name":"a","unknown":1}]'],
  ])('are refused with %s=%s', (name, value) => {
    expect(() => load({ [name]: value })).toThrow(ConfigError);
  });
});
