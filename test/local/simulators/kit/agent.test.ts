// The node agent of a simulated instance: what it sends, what a reply changes, and when it ends its
// instance. Its decisions after a restart are in vastai/agents.test.ts.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type AgentMemory,
  type AgentOptions,
  type HeartbeatReply,
  newMemory,
  startAgent,
} from '../../../../local/simulators/kit/agent.ts';
import { createVirtualClock } from '../../../../local/workflow/clock.ts';
import { eventually } from '../../../support/worlds/start.ts';

const SECOND = 1_000;
const FACTS = { sshHostKey: 'ssh-ed25519 AAAA', gpuName: 'RTX 4090', gpuCount: 2, driver: null };

type Sent = { at: number; facts: unknown; number: number };

/**
 * An agent that starts at 0: a heartbeat per 60 s, 300 s without a first reply, 600 s without a
 * further one, 30 s of grace.
 */
function run(answer?: (at: number) => HeartbeatReply | null, env: Record<string, string> = {}) {
  const clock = createVirtualClock(0);
  const sent: Sent[] = [];
  const ends: number[] = [];
  const memories: AgentMemory[] = [];
  const sendHeartbeat: AgentOptions['sendHeartbeat'] = async ({ body }) => {
    sent.push({ at: clock.now(), ...(body as Omit<Sent, 'at'>) });
    return answer?.(clock.now()) ?? null;
  };
  const after = (ms: number, fire: () => void) => clock.at(clock.now() + ms, fire);
  const stop = startAgent(
    { now: clock.now, after, ...(answer !== undefined && { sendHeartbeat }) },
    {
      ...{ id: '1', ...FACTS, gpuRamMb: 24_564, memory: newMemory(0) },
      env: {
        GPU_SHOPPER_NODE_URL: 'http://127.0.0.1/node',
        GPU_SHOPPER_LEASE_TOKEN: 'a-token',
        GPU_SHOPPER_NODE_SECONDS: '60 300 600 30 60',
        ...env,
      },
      remember: (memory) => void memories.push(memory),
      endSelf: async () => void ends.push(clock.now()),
    },
  );
  return { clock, sent, ends, memories, stop };
}

const carryOn = (secondsLeft: number): HeartbeatReply => ({ carryOn: true, secondsLeft });

describe('an agent', () => {
  it('sends its facts until a reply arrives, then heartbeats without facts', async () => {
    const { clock, sent } = run((at) => (at < 60 * SECOND ? null : carryOn(3_600)));
    await clock.advanceTo(150 * SECOND);
    expect(sent.map(({ at, facts }) => [at / SECOND, facts])).toEqual([
      [0, FACTS],
      [60, FACTS],
      [120, null],
    ]);
  });

  it('ends its instance after the lease and its grace, and repeats the call', async () => {
    const { clock, ends } = run((at) => carryOn(100 - at / SECOND));
    await clock.advanceTo(200 * SECOND);
    expect(ends.map((at) => at / SECOND)).toEqual([130, 190]);
  });

  it('ends its instance at once when a reply says stop', async () => {
    const { clock, ends } = run((at) => (at === 0 ? carryOn(3_600) : { carryOn: false }));
    await clock.advanceTo(70 * SECOND);
    expect(ends).toEqual([60 * SECOND]);
  });

  it.each([
    ['first', 300, () => null],
    ['further', 600, (at: number) => (at === 0 ? carryOn(3_600) : null)],
  ])('ends its instance after a time without a %s reply and its grace', async (_, wait, answer) => {
    const { clock, ends } = run(answer);
    await clock.advanceTo((wait + 31) * SECOND);
    expect(ends).toEqual([(wait + 30) * SECOND]);
  });

  it('does nothing after a power failure', async () => {
    const { clock, sent, ends, stop } = run(() => null);
    stop();
    await clock.advanceTo(1_000 * SECOND);
    expect([sent.length, ends]).toEqual([1, []]);
  });

  it.each([
    [200, true],
    [503, false],
    [403, false],
  ])('over HTTP, a reply with status %i to stop counts: %s', async (status, counts) => {
    const server = createServer(async (request, response) => {
      await text(request);
      response.writeHead(status).end(JSON.stringify({ carryOn: false }));
      if (request.headers.authorization === 'Bearer a-token') server.emit('replied');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const replied = once(server, 'replied');
    const env = { GPU_SHOPPER_NODE_URL: `http://127.0.0.1:${port}/node` };
    const { memories, stop } = run(undefined, env);
    await replied;
    // The memory of the first round, and the one after a reply that counts.
    await eventually('the reply', async () => (memories.length > (counts ? 1 : 0) ? true : null));
    await pause(20);
    expect(memories.at(-1)?.stopped).toBe(counts);
    stop();
  });
});
