import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shape } from '../../../../test/support/service-app.js';
import { type Json, STRANGER, TwoServices } from '../../../../test/support/two-services.js';

let two: TwoServices;

beforeAll(async () => {
  two = await TwoServices.start();
});

afterAll(async () => {
  await two.stop();
});

describe('whose file', () => {
  it('is taken: the own one, that of a trusted signer, and of one that is named', async () => {
    const { file, id } = await two.file();
    expect(await two.import(file)).toMatchObject({ status: 201 });
    const body = { encryptionId: id };
    const own = await two.importer.send('POST', '/v1/export', { as: two.admin, body });
    expect((await two.import(own.json)).json['code']).toBe('already_exists');
    const named = await two.import(await two.changed(() => undefined));
    expect(named).toMatchObject({ status: 201, json: { signer: STRANGER } });
  });

  it('is on record with its signer', async () => {
    const { file, id } = await two.file();
    await two.import(file);
    const path = `/v1/audit?encryptionId=${id}&operation=import`;
    const { json } = await two.importer.send('GET', path, { as: two.admin });
    const subject = TwoServices.exporterFingerprint;
    expect(json['items']).toMatchObject([{ outcome: 'success', subject, clientId: two.admin.id }]);
  });

  it('is refused: one that nobody vouches for, and another one than was named', async () => {
    const before = await two.count();
    const { signer: _, ...unnamed } = await two.changed(() => undefined);
    expect(shape(await two.import(unnamed))).toEqual([403, 'forbidden']);
    const { file } = await two.file();
    const wrong = { ...file, signer: STRANGER };
    expect(shape(await two.import(wrong))).toEqual([400, 'invalid_request', 'signer']);
    expect(shape(await two.import({ ...file, signer: 'x' }))).toEqual([
      400,
      'invalid_request',
      'signer',
    ]);
    expect(await two.count()).toBe(before);
  });

  it('is refused where it is of another tenant', async () => {
    const other = await two.exporter.tenant();
    const body = { encryptionId: await two.exporter.encryption(other.admin) };
    const { json } = await two.exporter.send('POST', '/v1/export', { as: other.admin, body });
    expect(shape(await two.import(json))).toEqual([403, 'forbidden']);
    const made = await two.changed((payload) => (payload['tenantId'] = randomUUID()));
    expect(shape(await two.import(made))).toEqual([403, 'forbidden']);
  });

  it('is refused whatever byte of it was changed', async () => {
    const { file } = await two.file();
    const before = await two.count();
    const [signature] = file['signatures'] as { keyid: string; sig: string }[];
    const flip = (text: string, at: number): string =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    const payload = String(file['payload']);
    const variants: Json[] = [];
    for (let at = 0; at < payload.length; at += 41)
      variants.push({ ...file, payload: flip(payload, at) });
    for (let at = 0; at < (signature?.sig.length ?? 0); at += 7)
      variants.push({
        ...file,
        signatures: [{ ...signature, sig: flip(signature?.sig ?? '', at) }],
      });
    variants.push(
      { ...file, payload: payload.slice(0, -4) },
      { ...file, payload: '' },
      { ...file, signatures: [] },
      { ...file, signatures: [signature, signature] },
      { ...file, signatures: [{ ...signature, keyid: 'a'.repeat(64) }] },
      { ...file, payloadType: 'application/vnd.keyward.destruction-receipt.v1+json' },
      { ...file, more: 1 },
    );
    for (const variant of variants) {
      const reply = await two.import(variant);
      expect([reply.status, reply.json['code']]).toEqual([400, 'invalid_request']);
    }
    expect(await two.count()).toBe(before);
  });
});
