// What a rented machine does when it can call home: says that it is ready, then beats until it is
// told to stop. It knows nothing but what its environment holds.

import { policy } from '../shared/core/policy.ts';

/** A machine as its provider starts it. */
export type Machine = { readonly id: number; readonly env: Readonly<Record<string, string>> };

/** What the machine reads off its own hardware. */
export type Hardware = {
  readonly sshHostKey: string | null;
  readonly gpuName: string | null;
  readonly gpuCount: number | null;
  readonly driver: string | null;
};

export type NodeOptions = {
  readonly now: () => number;
  readonly at: (instant: number, fire: () => void) => () => void;
  /** Sends one beat with the lease token; false when it was told to stop. */
  readonly beat: (token: string, facts: Hardware | null) => Promise<boolean>;
  readonly hardware: (machine: Machine) => Hardware;
};

/** Starts the machine's agent; the returned function stops it, as losing power would. */
export function startNode(options: NodeOptions, machine: Machine): () => void {
  const token = machine.env['GPU_SHOPPER_LEASE_TOKEN'];
  if (token === undefined) return () => undefined;
  let cancel = (): void => undefined;
  let stopped = false;

  const beat = async (facts: Hardware | null): Promise<void> => {
    // A beat that gets lost is only a beat that gets lost: the next one follows.
    const carryOn = await options.beat(token, facts).catch(() => true);
    if (stopped || !carryOn) return;
    cancel = options.at(options.now() + policy.heartbeat.every, () => void beat(null));
  };
  void beat(options.hardware(machine));
  return () => {
    stopped = true;
    cancel();
  };
}
