// What a simulated instance does when it can call home: as the node agent does, it says that it is
// ready, heartbeats until it is told to stop, and ends its instance if that is asked of it. It
// knows nothing but what its environment holds.

import type { Telemetry } from '../shared/core/instance/telemetry.ts';

/** An instance as its provider starts it. */
export type Instance = { readonly id: string; readonly env: Readonly<Record<string, string>> };

/** What the instance reads off its own hardware. */
export type Hardware = {
  readonly sshHostKey: string | null;
  readonly gpuName: string | null;
  readonly gpuCount: number | null;
  readonly driver: string | null;
};

export type NodeBody = {
  readonly number: number;
  /** Told with each heartbeat until one has arrived. */
  readonly facts: Hardware | null;
  readonly telemetry: Telemetry;
};

/** What a heartbeat was answered. */
export type Told = { readonly carryOn: boolean; readonly secondsLeft?: number | undefined };

export type NodeOptions = {
  readonly now: () => number;
  readonly at: (instant: number, fire: () => void) => () => void;
  /** Sends one heartbeat with the lease token; null when it did not arrive. */
  readonly send: (token: string, body: NodeBody) => Promise<Told | null>;
  readonly hardware: (instance: Instance) => Hardware;
  /** Hard at work unless given; how long it has been running it knows itself. */
  readonly telemetry?: ((instance: Instance) => Telemetry) | undefined;
  /** The dead-man switch: asks for the instance's own end. Without it there is none. */
  readonly end?: ((instance: Instance) => Promise<void>) | undefined;
};

const working = (): Telemetry => ({
  gpus: [[97, 21_004, 24_564, 71, 402.5]],
  processes: 31,
  rxBytes: 52_428_800,
  txBytes: 1_048_576,
  networkKbps: 4_200,
  uptimeSeconds: null,
  jobId: '',
});

/** Between heartbeats, of hearing nothing, and after the end: as the agent reads them. */
function timesOf({ env }: Instance) {
  const seconds = env['GPU_SHOPPER_NODE_SECONDS'] ?? '60 1800 60 60';
  const [every = 0, deaf = 0, grace = 0] = seconds.split(' ').map((each) => Number(each) * 1_000);
  return { every, deaf, grace };
}

/** Starts the instance's agent; the returned function stops it, as losing power would. */
export function startNode(options: NodeOptions, instance: Instance): () => void {
  const token = instance.env['GPU_SHOPPER_LEASE_TOKEN'];
  if (token === undefined) return () => undefined;
  const { now, telemetry = working, end } = options;
  const { every, deaf, grace } = timesOf(instance);
  const startedAt = now();
  let number = Math.floor(startedAt / 1_000);
  let untold: Hardware | null = options.hardware(instance);
  let endsAt = Number.POSITIVE_INFINITY;
  let heardAt = now();
  let cancel = (): void => undefined;
  let stopped = false;

  /** Only what was heard moves it. */
  const last = (): number => Math.min(endsAt, heardAt + deaf) + grace;
  const hear = ({ carryOn, secondsLeft }: Told): void => {
    if (!carryOn) {
      endsAt = Number.NEGATIVE_INFINITY;
      return;
    }
    untold = null;
    heardAt = now();
    if (secondsLeft !== undefined) endsAt = heardAt + secondsLeft * 1_000;
  };
  const heartbeat = async (): Promise<void> => {
    number += 1;
    const uptimeSeconds = Math.floor((now() - startedAt) / 1_000);
    const body = { number, facts: untold, telemetry: { ...telemetry(instance), uptimeSeconds } };
    // A heartbeat that gets lost is only a heartbeat that gets lost: the next one follows.
    const told = await options.send(token, body).catch(() => null);
    if (told !== null) hear(told);
  };
  const live = async (): Promise<void> => {
    if (now() < last()) await heartbeat();
    if (stopped) return;
    const over = now() >= last();
    if (over && end === undefined) return;
    // A request that gets lost is followed by the next one, as a heartbeat is.
    if (over) await end?.(instance).catch(() => undefined);
    const next = over ? now() + every : Math.min(now() + every, last());
    if (!stopped) cancel = options.at(next, () => void live());
  };
  void live();
  return () => {
    stopped = true;
    cancel();
  };
}
