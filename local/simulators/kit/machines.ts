// What runs on rented instances: an SSH server on a loopback port, and whatever the caller of the
// simulator starts there. Nothing here decides anything: it follows the instances' lives.

import { openSshServer, type SshOptions, type SshServer } from './machine/ssh-server.ts';

export type MachineStart = {
  readonly id: string;
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
  /**
   * Ends this one instance from within, by its provider's API and with what the provider gives it
   * alone, as the node agent does. Rejects when the API can't be reached.
   */
  readonly endSelf: () => Promise<void>;
};

/** Starts what runs inside; the returned function ends it. */
export type StartMachine = (machine: MachineStart) => () => void;

/** What of an instance decides what runs on it. */
export type Followed = {
  readonly id: string;
  readonly up: boolean;
  /** Where its SSH listened before, so that it does again; null if it never did. */
  readonly sshPort: number | null;
  readonly start: () => MachineStart;
  readonly ssh: () => Omit<SshOptions, 'port'>;
};

export function createMachines(startMachine: StartMachine | undefined) {
  const servers = new Map<string, Promise<SshServer>>();
  const started = new Map<string, () => void>();

  /** Starts what has come up since, ends what has gone down. Safe to repeat. */
  function follow(instances: readonly Followed[]): void {
    for (const instance of instances) {
      if (instance.up) begin(instance);
      else end(instance.id);
    }
  }

  function begin(instance: Followed): void {
    // Whoever knows its port from before finds it there again.
    if (instance.sshPort !== null) void serve(instance);
    if (startMachine === undefined || started.has(instance.id)) return;
    started.set(instance.id, startMachine(instance.start()));
  }

  function end(id: string): void {
    started.get(id)?.();
    started.delete(id);
    void servers.get(id)?.then(({ close }) => close());
    servers.delete(id);
  }

  function serve({ id, sshPort, ssh }: Followed): Promise<SshServer> {
    const server = servers.get(id) ?? openSshServer({ ...ssh(), port: sshPort });
    servers.set(id, server);
    return server;
  }

  /** Where its SSH listens, opened at the first question; null unless it is up. */
  async function portOf(instance: Followed): Promise<number | null> {
    return instance.up ? (await serve(instance)).port : null;
  }

  /** Until every port that `follow` found open before is open again. */
  async function reopened(): Promise<void> {
    await Promise.all(servers.values());
  }

  function close(): void {
    for (const id of new Set([...servers.keys(), ...started.keys()])) end(id);
  }

  return { follow, portOf, reopened, close };
}
