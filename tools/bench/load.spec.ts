import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LoadGenerator, type Load } from './load.js';

let server: Server;

async function loadOn(answer: () => { status: number; text: string }): Promise<Load> {
  server = createServer((request, response) => {
    request.resume();
    const { status, text } = answer();
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const none = Buffer.alloc(0);
  return {
    target: {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`,
      tls: { ca: none, cert: none, key: none },
      headers: {},
    },
    path: '/',
    body: '{}',
    connections: 3,
    seconds: 0,
    signal: new AbortController().signal,
  };
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('LoadGenerator', () => {
  it('has every connection open before it counts, and counts every answer', async () => {
    let answers = 0;
    const generator = await LoadGenerator.connect(
      await loadOn(() => ({ status: 200, text: `answer ${(answers += 1).toString()}` })),
    );
    expect(answers).toBe(3);
    const report = await generator.run();
    await generator.close();
    expect(report.latencies).toHaveLength(3);
    expect(answers).toBe(6);
    expect(report.samples).toHaveLength(1);
    expect(report.samples[0]).toMatch(/^answer [456]$/);
  });

  it('fails on any status but 200', async () => {
    let left = 3;
    const generator = await LoadGenerator.connect(
      await loadOn(() => ({ status: (left -= 1) >= 0 ? 200 : 429, text: '{}' })),
    );
    await expect(generator.run()).rejects.toMatchObject({ code: 'wrong_answer' });
    await generator.close();
  });
});
