// The node agent of a simulated instance. Like shared/agent/agent.sh, it sends heartbeats with the
// facts of its instance until a reply says stop, and destroys its instance when the lease's time is
// over or replies stop. Its only input is the instance's environment. What it knows survives a
// restart of the simulator, so that its decisions do not depend on whether the simulator runs.

import * as z from 'zod/mini';
import { type After, createAlarm } from './alarm.ts';

/** What an agent knows. Only a reply changes when it ends its instance. */
export const AgentMemory = z.object({
  /** When its instance was ready. */
  startedAt: z.number(),
  /** The number of its latest heartbeat. */
  number: z.int(),
  /** When the latest reply to carry on arrived; null before the first. */
  repliedAt: z.nullable(z.number()),
  /** When the lease ends; null until a reply names it. */
  endsAt: z.nullable(z.number()),
  /** Whether a reply said stop. */
  stopped: z.boolean(),
  /** The instant of its next heartbeat or destroy call. */
  nextAt: z.number(),
});
export type AgentMemory = Readonly<z.infer<typeof AgentMemory>>;

type Env = Readonly<Record<string, string>>;

/** The instance on which an agent runs. */
export type AgentHost = {
  readonly id: string;
  readonly env: Env;
  readonly sshHostKey: string;
  readonly gpuName: string;
  readonly gpuCount: number;
  /** The memory of each GPU, in MB. */
  readonly gpuRamMb: number;
  /** What its agent knows since the instance was ready. */
  readonly memory: AgentMemory;
  readonly remember: (memory: AgentMemory) => void;
  /** Destroys the instance with its own key. Rejects when the provider can't be reached. */
  readonly endSelf: () => Promise<void>;
};

/** The load that an agent reports; it adds `uptimeSeconds`. */
type Load = Readonly<Record<string, unknown>>;

export type Heartbeat = {
  /** The environment of the instance. */
  readonly env: Env;
  readonly url: string;
  readonly token: string;
  readonly body: object;
};

/** The service's reply to a heartbeat. */
export const HeartbeatReply = z.object({
  carryOn: z.boolean(),
  secondsLeft: z.optional(z.number()),
});
export type HeartbeatReply = Readonly<z.infer<typeof HeartbeatReply>>;

export type AgentOptions = {
  /** Sends a heartbeat; null when there is no reply. Over HTTP by default. */
  readonly sendHeartbeat?: (heartbeat: Heartbeat) => Promise<HeartbeatReply | null>;
  /** Busy GPUs by default. */
  readonly loadOf?: (host: Pick<AgentHost, 'id' | 'env' | 'gpuCount' | 'gpuRamMb'>) => Load;
};

type Wiring = AgentOptions & { readonly now: () => number; readonly after: After };

const busyGpus = ({ gpuCount, gpuRamMb }: Pick<AgentHost, 'gpuCount' | 'gpuRamMb'>): Load => ({
  gpus: Array.from({ length: gpuCount }, () => [97, gpuRamMb - 1_024, gpuRamMb, 71, 402.5]),
  processes: 31,
  rxBytes: 52_428_800,
  txBytes: 1_048_576,
  networkKbps: 4_200,
  jobId: '',
});

/** A lost heartbeat needs no retry: the next one follows. */
const maxCallMs = 5_000;

async function postHeartbeat({ url, token, body }: Heartbeat): Promise<HeartbeatReply | null> {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(maxCallMs),
  });
  if (reply.status === 200) return HeartbeatReply.parse(await reply.json());
  await reply.body?.cancel();
  return null;
}

/**
 * The interval of heartbeats, the longest time without a first reply and without a further one, and
 * the grace after the end.
 */
function timesOf(env: Env) {
  const seconds = env['GPU_SHOPPER_NODE_SECONDS'] ?? '60 1800 18000 60 60';
  const [every = 0, noFirstReply = 0, noReply = 0, grace = 0] = seconds
    .split(' ')
    .map((each) => Number(each) * 1_000);
  return { every, noFirstReply, noReply, grace };
}

/** Whether an agent runs on instances with this environment. */
export const hasAgent = (env: Env): boolean => env['GPU_SHOPPER_LEASE_TOKEN'] !== undefined;

/** The memory of an agent that starts. */
export const newMemory = (startedAt: number): AgentMemory => ({
  ...{ startedAt, number: Math.floor(startedAt / 1_000), repliedAt: null, endsAt: null },
  ...{ stopped: false, nextAt: startedAt },
});

/** From when on the agent destroys its instance. */
function stopsAt(env: Env, { stopped, endsAt, repliedAt, startedAt }: AgentMemory): number {
  const { noFirstReply, noReply, grace } = timesOf(env);
  if (stopped) return Number.NEGATIVE_INFINITY;
  const replyBy = repliedAt === null ? startedAt + noFirstReply : repliedAt + noReply;
  return Math.min(endsAt ?? Infinity, replyBy) + grace;
}

/** The instant of the agent's next destroy call if no reply arrives before. */
export const nextEndAt = (env: Env, memory: AgentMemory): number =>
  Math.max(memory.nextAt, stopsAt(env, memory));

/** The memory after its destroy call at the instant. */
export const afterEnd = (env: Env, memory: AgentMemory, at: number): AgentMemory => ({
  ...memory,
  nextAt: at + timesOf(env).every,
});

/** The memory at the instant, when nothing that the agent sent before was replied to. */
export function afterNoReply(env: Env, memory: AgentMemory, now: number): AgentMemory {
  const { every } = timesOf(env);
  const missed = Math.max(0, Math.ceil((now - memory.nextAt) / every));
  const nextAt = Math.min(memory.nextAt + missed * every, nextEndAt(env, memory));
  return { ...memory, number: memory.number + missed, nextAt };
}

function afterReply(memory: AgentMemory, reply: HeartbeatReply, now: number): AgentMemory {
  const { carryOn, secondsLeft } = reply;
  if (!carryOn) return { ...memory, stopped: true };
  const endsAt = secondsLeft === undefined ? memory.endsAt : now + secondsLeft * 1_000;
  return { ...memory, repliedAt: now, endsAt };
}

/** Starts an instance's agent; the returned function stops it at once, like a power failure. */
export function startAgent(wiring: Wiring, host: AgentHost): () => void {
  const { now, after, sendHeartbeat = postHeartbeat, loadOf = busyGpus } = wiring;
  const { env, sshHostKey, gpuName, gpuCount } = host;
  const { GPU_SHOPPER_LEASE_TOKEN: token, GPU_SHOPPER_NODE_URL: url } = env;
  if (token === undefined || url === undefined) return () => undefined;
  const { every } = timesOf(env);
  const alarm = createAlarm(after);
  let memory = host.memory;
  let stopped = false;

  const change = (next: AgentMemory): void => {
    memory = next;
    host.remember(next);
    alarm.set(now(), memory.nextAt, runRound);
  };
  const sendOne = async (sentAt: number): Promise<void> => {
    const facts = { sshHostKey, gpuName, gpuCount, driver: null };
    const uptimeSeconds = Math.floor((sentAt - memory.startedAt) / 1_000);
    const body = {
      number: memory.number,
      facts: memory.repliedAt === null ? facts : null,
      telemetry: { ...loadOf(host), uptimeSeconds },
    };
    const reply = await sendHeartbeat({ env, url, token, body }).catch(() => null);
    if (stopped || reply === null || now() >= stopsAt(env, memory)) return;
    const isLatest = memory.number === body.number;
    const next = afterReply(memory, reply, now());
    const nextAt = next.stopped ? now() : isLatest ? sentAt + every : memory.nextAt;
    change({ ...next, nextAt: Math.min(nextAt, Math.max(now(), stopsAt(env, next))) });
  };
  const runRound = (): void => {
    const at = now();
    if (at >= stopsAt(env, memory)) {
      change(afterEnd(env, memory, at));
      // A lost destroy call is repeated in the next round.
      void host.endSelf().catch(() => undefined);
      return;
    }
    const nextAt = Math.min(at + every, stopsAt(env, memory));
    change({ ...memory, number: memory.number + 1, nextAt });
    void sendOne(at);
  };

  if (memory.nextAt <= now()) runRound();
  else change(memory);
  return () => {
    stopped = true;
    alarm.clear();
  };
}
