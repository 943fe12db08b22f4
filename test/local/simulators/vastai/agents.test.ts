// Agents belong to the market: their decisions are the same whether the simulator ran all the time
// or was started again from its state. Each timeline is played twice and compared.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HeartbeatReply } from '../../../../local/simulators/kit/agent.ts';
import type { FaultSpec } from '../../../../local/simulators/kit/faults.ts';
import { createSimulator } from '../../../../local/simulators/vastai/simulator.ts';
import { createVirtualClock } from '../../../../local/workflow/clock.ts';
import { HOUR, KEY, MINUTE, START } from './support.ts';

const ENV = {
  GPU_SHOPPER_LEASE_TOKEN: 'a-token',
  GPU_SHOPPER_NODE_URL: 'http://127.0.0.1/node',
  GPU_SHOPPER_NODE_SECONDS: '60 1800 1800 90 60',
};
const [NO_REPLY, GRACE, BOOT] = [1_800_000, 90_000, 40_000];

type Scene = {
  /** What the service replies until it is gone. */
  readonly reply: HeartbeatReply | null;
  readonly faults?: readonly FaultSpec[];
  readonly credit?: number;
  /** When the instance is created, from the start of the market. */
  readonly createdAfter?: number;
  /** From create until the agent's end; null when something else decides. */
  readonly endsAfter: number | null;
};

/** The service replies until the first; the simulator is down from the second to the third. */
const GONE = START + 10.5 * MINUTE;
const STOPPED = START + 12 * MINUTE;
const STARTED = START + 72 * MINUTE;
const LAST = START + 4 * HOUR;

const leftOf = (minutes: number): HeartbeatReply => ({ carryOn: true, secondsLeft: minutes * 60 });

async function play(scene: Scene, restarts: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'agents-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const clock = createVirtualClock(START);
  const open = async () => {
    const simulator = createSimulator({
      ...{ keys: { apiKey: KEY }, now: clock.now, statePath: join(folder, 'state.json') },
      ...(scene.credit !== undefined && { credit: scene.credit }),
      after: (ms, run) => clock.at(clock.now() + ms, run),
      sendHeartbeat: async () => (clock.now() < GONE ? scene.reply : null),
    });
    return { simulator, url: await simulator.listen() };
  };
  let { simulator, url } = await open();
  await clock.advanceTo(START + (scene.createdAfter ?? 0));
  for (const fault of scene.faults ?? []) simulator.addFault(fault);
  await rent(url);
  await clock.advanceTo(STOPPED);
  if (restarts) await simulator.close();
  await clock.advanceTo(STARTED);
  if (restarts) ({ simulator, url } = await open());
  const looks = [];
  for (let at = STARTED; at <= LAST; at += 10 * MINUTE) {
    await clock.advanceTo(at);
    looks.push({
      instances: truthOf(simulator.instances()),
      spent: simulator.books().spentMicroUsd,
    });
  }
  await simulator.close();
  return looks;
}

/** The facts that must not depend on a restart; the host key is random. */
const truthOf = (
  instances: readonly {
    alive: boolean;
    up: boolean;
    createdAt: number;
    end: unknown;
    chargedMicroUsd: number;
  }[],
) =>
  instances.map(({ alive, up, createdAt, end, chargedMicroUsd }) => ({
    alive,
    up,
    createdAt,
    end,
    chargedMicroUsd,
  }));

async function rent(url: string): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}` };
  const filter = { num_gpus: { eq: 1 }, direct_port_count: { gte: 1 } };
  const found = await fetch(`${url}/api/v0/bundles/`, {
    method: 'POST',
    headers,
    body: JSON.stringify(filter),
  });
  const { offers } = (await found.json()) as { offers: { id: number }[] };
  const body = JSON.stringify({ image: 'i', disk: 20, label: 'ours', env: ENV });
  const reply = await fetch(`${url}/api/v0/asks/${offers[0]?.id}/`, {
    method: 'PUT',
    headers,
    body,
  });
  expect(reply.status).toBe(200);
}

describe('an agent whose service is gone', () => {
  const cases: [string, Scene][] = [
    // The last reply arrives 9 minutes after the boot: heartbeats are a minute apart.
    [
      'ends at the end of the lease and its grace',
      { reply: leftOf(20), endsAfter: BOOT + 9 * MINUTE + 20 * MINUTE + GRACE },
    ],
    [
      'ends after the longest time without a reply',
      { reply: leftOf(600), endsAfter: BOOT + 9 * MINUTE + NO_REPLY + GRACE },
    ],
    ['that never had a reply ends, too', { reply: null, endsAfter: BOOT + NO_REPLY + GRACE }],
    [
      'that boots during the downtime ends, too',
      { reply: null, createdAfter: 11.8 * MINUTE, endsAfter: BOOT + NO_REPLY + GRACE },
    ],
    [
      'whose key is refused tries again, also after the downtime',
      {
        reply: leftOf(29),
        createdAfter: 0,
        faults: [{ name: 'refuse-own-key', forMs: 2 * HOUR }],
        endsAfter: null,
      },
    ],
    [
      'ends no instance that the provider stopped',
      {
        reply: leftOf(600),
        faults: [{ name: 'interrupt', forMs: 15 * MINUTE, times: 1 }],
        endsAfter: null,
      },
    ],
    [
      'ends no instance that stopped when the credit was used up',
      { reply: leftOf(600), credit: 0.05, endsAfter: null },
    ],
  ];
  it.each(cases)(
    '%s: the same with and without a restart of the simulator',
    async (_title, scene) => {
      const [without, withRestart] = [await play(scene, false), await play(scene, true)];
      expect(withRestart).toEqual(without);
      const last = without.at(-1)?.instances[0];
      if (scene.endsAfter === null) return;
      expect(last).toMatchObject({ alive: false });
      expect(last?.end).toEqual({
        at: (last?.createdAt ?? 0) + scene.endsAfter,
        kind: 'destroyed',
      });
    },
  );
});
