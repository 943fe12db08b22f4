// Runs the node agents of the simulated instances, for a service with its simulator in another
// process. It lists the simulator's instances periodically and runs one agent, over HTTP, for each
// instance that is up. Agents therefore continue after a restart of the service or the simulator.

import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type Hardware, type HeartbeatReply, type NodeBody, startNode } from './node.ts';
import type { EngineClock } from './workflow/clock.ts';

export type NodesOptions = {
  readonly simulatorUrl: string;
  readonly clock: EngineClock;
  /** Real time between two listings of the simulator's instances. */
  readonly listEveryMs: number;
};

const Listed = z.object({
  id: z.string(),
  up: z.boolean(),
  env: z._default(z.record(z.string(), z.string()), {}),
  sshHostKey: z._default(z.nullable(z.string()), null),
  gpuName: z._default(z.nullable(z.string()), null),
  gpuCount: z._default(z.nullable(z.int()), null),
});
type Listed = z.infer<typeof Listed>;
const Reply = z.object({ carryOn: z.boolean(), secondsLeft: z.optional(z.number()) });

const MAX_CALL_MS = 5_000;
const signal = () => AbortSignal.timeout(MAX_CALL_MS);

/** The reply to the heartbeat; null for an error. A refused token stops the agent. */
async function sendHeartbeat(
  url: string,
  token: string,
  heartbeat: NodeBody,
): Promise<HeartbeatReply | null> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify(heartbeat);
  const reply = await fetch(url, { method: 'POST', headers, body, signal: signal() });
  if (reply.status !== 200) {
    await reply.body?.cancel();
    return reply.status === 403 ? { carryOn: false } : null;
  }
  return Reply.parse(await reply.json());
}

function start(clock: EngineClock, instance: Listed): () => void {
  const { id, env, sshHostKey, gpuName, gpuCount } = instance;
  const url = env['GPU_SHOPPER_NODE_URL'];
  if (url === undefined) return () => undefined;
  const facts: Hardware = { sshHostKey, gpuName, gpuCount, driver: null };
  const send = (token: string, body: NodeBody) => sendHeartbeat(url, token, body);
  return startNode({ now: clock.now, at: clock.at, send, hardware: () => facts }, { id, env });
}

async function listInstances(simulatorUrl: string): Promise<readonly Listed[]> {
  const reply = await fetch(`${simulatorUrl}/_sim/instances`, { signal: signal() });
  return z.array(Listed).parse(await reply.json());
}

/** Runs the agents until the returned function is called. */
export function runNodes({ simulatorUrl, clock, listEveryMs }: NodesOptions): () => void {
  const running = new Map<string, () => void>();
  let stopped = false;

  const update = (listed: readonly Listed[]): void => {
    for (const instance of listed) {
      const { id, up } = instance;
      if (up && !running.has(id)) running.set(id, start(clock, instance));
      if (!up) {
        running.get(id)?.();
        running.delete(id);
      }
    }
  };
  const runRounds = async (): Promise<void> => {
    while (!stopped) {
      // A failed listing needs no retry: the next round lists again.
      const listed = await listInstances(simulatorUrl).catch(() => []);
      if (!stopped) update(listed);
      await pause(listEveryMs);
    }
  };
  void runRounds();
  return () => {
    stopped = true;
    for (const stop of running.values()) stop();
    running.clear();
  };
}
