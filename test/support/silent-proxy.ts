import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server of this machine. */
export interface SilentProxy {
  readonly port: number;
  /** Connections of now stay open and nothing comes through them any more, as when a network is cut. Later ones work. */
  goSilent(): void;
  stop(): Promise<void>;
}

export async function startSilentProxy(serverPort: number): Promise<SilentProxy> {
  const open = new Set<Socket>();
  const watch = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Either side may cut its end; the other one follows.
    socket.on('error', () => socket.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    [near, far].forEach(watch);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as AddressInfo).port,
    goSilent: () => {
      open.forEach((socket) => socket.unpipe().pause());
    },
    stop: async () => {
      const closed = once(proxy, 'close');
      proxy.close();
      open.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}
