// What runs on a rented machine: a loopback port that greets like sshd, and whatever the caller of
// the simulator starts there. Nothing here decides anything: it follows the instances' lives.

import { createServer, type Server, type Socket } from 'node:net';
import { isUp } from './life.ts';
import type { Instance, State } from './state.ts';

export type MachineStart = {
  readonly id: number;
  readonly label: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly onstart: string;
  readonly image: string;
  readonly sshKeys: readonly string[];
};

/** Starts what runs inside; the returned function ends it. */
export type StartMachine = (machine: MachineStart) => () => void;

const sshBanner = 'SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\r\n';

export type Machines = ReturnType<typeof createMachines>;

export function createMachines(startMachine: StartMachine | undefined) {
  const listeners = new Map<number, Promise<Listener>>();
  const started = new Map<number, () => void>();

  /** Starts what has come up since, ends what has gone down. Safe to repeat. */
  function follow(state: State, now: number): void {
    for (const instance of state.instances) {
      if (isUp(instance, now)) begin(instance);
      else end(instance.id);
    }
  }

  function begin(instance: Instance): void {
    if (startMachine === undefined || started.has(instance.id)) return;
    started.set(instance.id, startMachine(startOf(instance)));
  }

  function end(id: number): void {
    started.get(id)?.();
    started.delete(id);
    void listeners.get(id)?.then(({ close }) => close());
    listeners.delete(id);
  }

  /** Where an instance's SSH listens, opened at the first question; null unless it is up. */
  function sshPort(now: number): (instance: Instance) => Promise<number | null> {
    return async (instance) => {
      if (!isUp(instance, now)) return null;
      const listener = listeners.get(instance.id) ?? listen();
      listeners.set(instance.id, listener);
      return (await listener).port;
    };
  }

  function close(): void {
    for (const id of new Set([...listeners.keys(), ...started.keys()])) end(id);
  }

  return { follow, sshPort, close };
}

/** The machine knows its own id and the key that opens it alone; docker options aren't for it. */
function startOf(instance: Instance): MachineStart {
  const { id, label, onstart, image, apiKey } = instance;
  const plain = Object.entries(instance.env).filter(([name]) => !name.startsWith('-'));
  const own = { CONTAINER_ID: String(id), CONTAINER_API_KEY: apiKey };
  const sshKeys = instance.keys.map(({ publicKey }) => publicKey);
  return { id, label, onstart, image, sshKeys, env: { ...Object.fromEntries(plain), ...own } };
}

type Listener = { readonly port: number; readonly close: () => void };

async function listen(): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.unref();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever probes may leave at any time.
    socket.on('error', () => socket.destroy());
    socket.write(sshBanner);
  });
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: portOf(server), close };
}

/** The port that the system chose. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
