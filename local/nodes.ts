// The insides of the simulated instances, for a service that runs beside its simulator: each
// instance that is up phones home over HTTP with what its environment holds. Which ones are up is
// asked of the simulator again and again, so instances send heartbeats on after either side was
// started again.

import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type Hardware, type NodeBody, startNode, type Told } from './node.ts';
import type { EngineClock } from './workflow/clock.ts';

export type NodesOptions = {
  readonly simulatorUrl: string;
  readonly clock: EngineClock;
  /** Real time between two looks at the simulator. */
  readonly lookEveryMs: number;
};

const Seen = z.object({
  id: z.string(),
  up: z.boolean(),
  env: z._default(z.record(z.string(), z.string()), {}),
  sshHostKey: z._default(z.nullable(z.string()), null),
  gpuName: z._default(z.nullable(z.string()), null),
  gpuCount: z._default(z.nullable(z.int()), null),
});
type Seen = z.infer<typeof Seen>;
const Carry = z.object({ carryOn: z.boolean(), secondsLeft: z.optional(z.number()) });

const MAX_CALL_MS = 5_000;
const signal = () => AbortSignal.timeout(MAX_CALL_MS);

/**
 * What the heartbeat was answered; null when it did not arrive. A refused token stops the instance.
 */
async function sendHeartbeat(
  url: string,
  token: string,
  heartbeat: NodeBody,
): Promise<Told | null> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(heartbeat);
  const reply = await fetch(url, { method: 'POST', headers, body, signal: signal() });
  if (reply.status !== 200) {
    await reply.body?.cancel();
    return reply.status === 403 ? { carryOn: false } : null;
  }
  return Carry.parse(await reply.json());
}

function start(clock: EngineClock, instance: Seen): () => void {
  const { id, env, sshHostKey, gpuName, gpuCount } = instance;
  const url = env['GPU_SHOPPER_NODE_URL'];
  if (url === undefined) return () => undefined;
  const facts: Hardware = { sshHostKey, gpuName, gpuCount, driver: null };
  const send = (token: string, body: NodeBody) => sendHeartbeat(url, token, body);
  return startNode({ now: clock.now, at: clock.at, send, hardware: () => facts }, { id, env });
}

async function look(simulatorUrl: string): Promise<readonly Seen[]> {
  const reply = await fetch(`${simulatorUrl}/_sim/instances`, { signal: signal() });
  return z.array(Seen).parse(await reply.json());
}

/** Runs the instances until the returned function is called. */
export function runNodes({ simulatorUrl, clock, lookEveryMs }: NodesOptions): () => void {
  const running = new Map<string, () => void>();
  let stopped = false;

  const follow = (seen: readonly Seen[]): void => {
    for (const instance of seen) {
      const { id, up } = instance;
      if (up && !running.has(id)) running.set(id, start(clock, instance));
      if (!up) {
        running.get(id)?.();
        running.delete(id);
      }
    }
  };
  const rounds = async (): Promise<void> => {
    while (!stopped) {
      // A look that failed is followed by the next one.
      const seen = await look(simulatorUrl).catch(() => []);
      if (!stopped) follow(seen);
      await pause(lookEveryMs);
    }
  };
  void rounds();
  return () => {
    stopped = true;
    for (const stop of running.values()) stop();
    running.clear();
  };
}
