// The programs on rented machines: an SSH server on a loopback port, and the node agent or the
// program of the simulator's `startMachine` option. They start and stop with the instances.

import type { AgentHost } from './agent.ts';
import { openSshServer, type SshOptions, type SshServer } from './machine/ssh-server.ts';

export type MachineStart = AgentHost & {
  readonly label: string | null;
  readonly onstart: string;
  readonly image: string;
  /** The keys attached to the instance; its start script may add more. */
  readonly sshKeys: readonly string[];
};

/** Starts the program on a machine; the returned function stops it. */
export type StartMachine = (machine: MachineStart) => () => void;

/** The part of an instance's state that decides which programs run. */
export type MachineState = {
  readonly id: string;
  readonly up: boolean;
  /** The port on which its SSH server listened before, to reuse it; null if it never did. */
  readonly sshPort: number | null;
  readonly start: () => MachineStart;
  readonly ssh: () => Omit<SshOptions, 'port'>;
};

export function createMachines(startMachine: StartMachine) {
  const servers = new Map<string, Promise<SshServer>>();
  const started = new Map<string, () => void>();

  /** Starts the programs of instances that are up, stops those of the others. Safe to repeat. */
  function update(instances: readonly MachineState[]): void {
    for (const instance of instances) {
      if (instance.up) start(instance);
      else stop(instance.id);
    }
  }

  function start(instance: MachineState): void {
    // A client that read the port before must find the server there again.
    if (instance.sshPort !== null) void serve(instance);
    if (started.has(instance.id)) return;
    started.set(instance.id, startMachine(instance.start()));
  }

  function stop(id: string): void {
    started.get(id)?.();
    started.delete(id);
    void servers.get(id)?.then(({ close }) => close());
    servers.delete(id);
  }

  function serve({ id, sshPort, ssh }: MachineState): Promise<SshServer> {
    const server = servers.get(id) ?? openSshServer({ ...ssh(), port: sshPort });
    servers.set(id, server);
    return server;
  }

  /** The SSH port; the first call starts the server. Null unless the instance is up. */
  async function portOf(instance: MachineState): Promise<number | null> {
    return instance.up ? (await serve(instance)).port : null;
  }

  /** Resolves when every SSH server that `update` started is listening. */
  async function reopened(): Promise<void> {
    await Promise.all(servers.values());
  }

  function close(): void {
    for (const id of new Set([...servers.keys(), ...started.keys()])) stop(id);
  }

  return { update, portOf, reopened, close };
}
