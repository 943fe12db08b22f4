// The node agent of a simulated instance. Like the real agent, it reports that the instance is
// ready, sends heartbeats until a reply says stop, and, when `end` is given, destroys its instance
// at the deadline. Its only input is the instance's environment.

import type { Telemetry } from '../shared/core/instance/telemetry.ts';

/** An instance as the provider starts it. */
export type Instance = { readonly id: string; readonly env: Readonly<Record<string, string>> };

/** Facts that the instance reads from its own hardware. */
export type Hardware = {
  readonly sshHostKey: string | null;
  readonly gpuName: string | null;
  readonly gpuCount: number | null;
  readonly driver: string | null;
};

export type NodeBody = {
  readonly number: number;
  /** Sent with each heartbeat until the service acknowledges one. */
  readonly facts: Hardware | null;
  readonly telemetry: Telemetry;
};

/** The service's reply to a heartbeat. */
export type HeartbeatReply = {
  readonly carryOn: boolean;
  readonly secondsLeft?: number | undefined;
};

export type NodeOptions = {
  readonly now: () => number;
  readonly at: (instant: number, fire: () => void) => () => void;
  /** Sends one heartbeat with the lease token; null when there is no reply. */
  readonly send: (token: string, body: NodeBody) => Promise<HeartbeatReply | null>;
  readonly hardware: (instance: Instance) => Hardware;
  /** A busy GPU by default. The agent fills in `uptimeSeconds`. */
  readonly telemetry?: ((instance: Instance) => Telemetry) | undefined;
  /** The dead-man switch: destroys the agent's own instance. Without it there is no switch. */
  readonly end?: ((instance: Instance) => Promise<void>) | undefined;
};

const busyGpu = (): Telemetry => ({
  gpus: [[97, 21_004, 24_564, 71, 402.5]],
  processes: 31,
  rxBytes: 52_428_800,
  txBytes: 1_048_576,
  networkKbps: 4_200,
  uptimeSeconds: null,
  jobId: '',
});

/** The interval of heartbeats, the longest time without a reply, and the grace after the end. */
function timesOf({ env }: Instance) {
  const seconds = env['GPU_SHOPPER_NODE_SECONDS'] ?? '60 1800 60 60';
  const [every = 0, maxNoReply = 0, grace = 0] = seconds
    .split(' ')
    .map((each) => Number(each) * 1_000);
  return { every, maxNoReply, grace };
}

/** Starts the instance's agent; the returned function stops it at once, like a power failure. */
export function startNode(options: NodeOptions, instance: Instance): () => void {
  const token = instance.env['GPU_SHOPPER_LEASE_TOKEN'];
  if (token === undefined) return () => undefined;
  const { now, telemetry = busyGpu, end } = options;
  const { every, maxNoReply, grace } = timesOf(instance);
  const startedAt = now();
  let number = Math.floor(startedAt / 1_000);
  let unsentFacts: Hardware | null = options.hardware(instance);
  let endsAt = Number.POSITIVE_INFINITY;
  let repliedAt = now();
  let cancel = (): void => undefined;
  let stopped = false;

  /** The instant at which the agent stops. Only a reply can move it. */
  const stopsAt = (): number => Math.min(endsAt, repliedAt + maxNoReply) + grace;
  const applyReply = ({ carryOn, secondsLeft }: HeartbeatReply): void => {
    if (!carryOn) {
      endsAt = Number.NEGATIVE_INFINITY;
      return;
    }
    unsentFacts = null;
    repliedAt = now();
    if (secondsLeft !== undefined) endsAt = repliedAt + secondsLeft * 1_000;
  };
  const sendHeartbeat = async (): Promise<void> => {
    number += 1;
    const uptimeSeconds = Math.floor((now() - startedAt) / 1_000);
    const load = { ...telemetry(instance), uptimeSeconds };
    // A lost heartbeat needs no retry: the next one follows.
    const reply = await options
      .send(token, { number, facts: unsentFacts, telemetry: load })
      .catch(() => null);
    if (reply !== null) applyReply(reply);
  };
  const runRound = async (): Promise<void> => {
    if (now() < stopsAt()) await sendHeartbeat();
    if (stopped) return;
    const isOver = now() >= stopsAt();
    if (isOver && end === undefined) return;
    // A lost destroy call is repeated in the next round.
    if (isOver) await end?.(instance).catch(() => undefined);
    const next = isOver ? now() + every : Math.min(now() + every, stopsAt());
    if (!stopped) cancel = options.at(next, () => void runRound());
  };
  void runRound();
  return () => {
    stopped = true;
    cancel();
  };
}
