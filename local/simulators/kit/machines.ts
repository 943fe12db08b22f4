// What runs on rented machines: an SSH server on a loopback port, and whatever the caller of the
// simulator starts there. Nothing here decides anything: it follows the instances' lives.

import { placeOf } from '../vastai/context.ts';
import { isUp } from '../vastai/life.ts';
import { cudaVersion, driverVersion, modelOf } from '../vastai/offer-view.ts';
import type { Instance, State } from '../vastai/state.ts';
import type { Host } from './machine/commands.ts';
import { openSshServer, type SshServer } from './machine/ssh-server.ts';

export type MachineStart = {
  readonly id: number;
  readonly label: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly onstart: string;
  readonly image: string;
  /** Attached to the instance by now; its start script may add more. */
  readonly sshKeys: readonly string[];
  /** Its own public key, as `ssh-keyscan` would show it without the address. */
  readonly sshHostKey: string;
  readonly gpuName: string;
  readonly gpuCount: number;
};

/** Starts what runs inside; the returned function ends it. */
export type StartMachine = (machine: MachineStart) => () => void;

export type Machines = ReturnType<typeof createMachines>;

export function createMachines(startMachine: StartMachine | undefined) {
  const servers = new Map<number, Promise<SshServer>>();
  const started = new Map<number, () => void>();

  /** Starts what has come up since, ends what has gone down. Safe to repeat. */
  function follow(state: State, now: number): void {
    for (const instance of state.instances) {
      if (isUp(instance, now)) begin(state, instance);
      else end(instance.id);
    }
  }

  function begin(state: State, instance: Instance): void {
    // Whoever knows its port from before finds it there again.
    if (instance.sshPort !== null) void serve(state, instance);
    if (startMachine === undefined || started.has(instance.id)) return;
    started.set(instance.id, startMachine(startOf(state, instance)));
  }

  function end(id: number): void {
    started.get(id)?.();
    started.delete(id);
    void servers.get(id)?.then(({ close }) => close());
    servers.delete(id);
  }

  function serve(state: State, instance: Instance): Promise<SshServer> {
    const server = servers.get(instance.id) ?? openSshServer(sshOf(state, instance));
    servers.set(instance.id, server);
    return server;
  }

  /** Where an instance's SSH listens, opened at the first question; null unless it is up. */
  function sshPort(state: State, now: number): (instance: Instance) => Promise<number | null> {
    return async (instance) => {
      if (!isUp(instance, now)) return null;
      const { port } = await serve(state, instance);
      instance.sshPort = port;
      return port;
    };
  }

  /** Until every port that `follow` found open before is open again. */
  async function reopened(): Promise<void> {
    await Promise.all(servers.values());
  }

  function close(): void {
    for (const id of new Set([...servers.keys(), ...started.keys()])) end(id);
  }

  return { follow, sshPort, reopened, close };
}

/** The machine knows its own id and the key that opens it alone; docker options aren't for it. */
export function environmentOf({ id, env, apiKey }: Instance): Record<string, string> {
  const plain = Object.entries(env).filter(([name]) => !name.startsWith('-'));
  return { ...Object.fromEntries(plain), CONTAINER_ID: String(id), CONTAINER_API_KEY: apiKey };
}

function startOf(state: State, instance: Instance): MachineStart {
  const { id, label, onstart, image } = instance;
  const { offer, machine } = placeOf(state, instance);
  return {
    ...{ id, label, onstart, image, env: environmentOf(instance) },
    sshKeys: instance.keys.map(({ publicKey }) => publicKey),
    sshHostKey: instance.hostKey.publicKey,
    gpuName: machine.gpuName,
    gpuCount: offer.gpus,
  };
}

function sshOf(state: State, instance: Instance) {
  const { offer, machine } = placeOf(state, instance);
  const model = { model: machine.gpuName, ramMb: modelOf(machine).ramMb, count: offer.gpus };
  const gpus = { ...model, driver: driverVersion, cuda: cudaVersion };
  const host: Host = { name: `C.${instance.id}`, gpus };
  return {
    port: instance.sshPort,
    hostKey: instance.hostKey,
    authorizedKeys: () => authorizedKeys(instance),
    host,
  };
}

/** Keys that were attached, and those that the start script writes where sshd looks for them. */
function authorizedKeys({ keys, onstart }: Instance): string[] {
  const scripted = onstart
    .split('\n')
    .filter((line) => line.includes('authorized_keys'))
    .flatMap((line) => line.match(/(?:ssh-|ecdsa-|sk-)[\w@.-]+ [A-Za-z0-9+/=]+/g) ?? []);
  return [...keys.map(({ publicKey }) => publicKey), ...scripted];
}
