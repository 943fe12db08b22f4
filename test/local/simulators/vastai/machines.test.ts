// The programs on rented machines start when the container is up and stop when it goes down, by a
// timer on the simulated clock or at the next call.

import { describe, expect, it } from 'vitest';
import { newMemory } from '../../../../local/simulators/kit/agent.ts';
import type { MachineStart } from '../../../../local/simulators/kit/machines.ts';
import { create, createUp, destroy, MINUTE, startMarket, type TestMarket } from './support.ts';

/** A market whose machines only record starts and stops, with timers that the test fires. */
async function startTraced() {
  const trace: string[] = [];
  const started: MachineStart[] = [];
  const timers = new Map<object, { at: number; run: () => void }>();
  let market: TestMarket | undefined;
  const now = () => market?.now() ?? 0;
  market = await startMarket({
    startMachine: (machine) => {
      started.push(machine);
      trace.push(`start ${machine.label}`);
      return () => trace.push(`stop ${machine.label}`);
    },
    after: (ms, run) => {
      const key = {};
      timers.set(key, { at: now() + ms, run });
      return () => timers.delete(key);
    },
  });
  const fireDue = () => {
    for (const [key, { at, run }] of [...timers]) {
      if (at > now()) continue;
      timers.delete(key);
      run();
    }
  };
  return { market, trace, started, timers, fireDue };
}

describe('machines', () => {
  it('start when the container is up, without a call', async () => {
    const { market, trace, fireDue } = await startTraced();
    await create(market);
    market.pass(39_999);
    fireDue();
    expect(trace).toEqual([]);
    market.pass(1);
    fireDue();
    expect(trace).toEqual(['start ours']);
  });

  it('have their own id, key and environment, without docker options', async () => {
    const { market, started } = await startTraced();
    const env = { TOKEN: 't', '-p 8000:8000': '1' };
    const reply = await create(market, { env, onstart: 'agent' });
    const id = Number(reply.json.new_contract);
    await market.call(`POST /api/v0/instances/${id}/ssh/`, { ssh_key: 'ssh-ed25519 AAAA me' });
    market.pass(MINUTE);
    market.simulator.instances();
    expect(started).toEqual([
      {
        id: String(id),
        label: 'ours',
        onstart: 'agent',
        image: 'nvidia/cuda:12',
        sshKeys: ['ssh-ed25519 AAAA me'],
        sshHostKey: expect.stringMatching(/^ssh-ed25519 AAAA[\w+/=]+$/),
        gpuName: expect.stringMatching(/^NVIDIA /),
        gpuRamMb: expect.any(Number),
        gpuCount: 1,
        env: {
          TOKEN: 't',
          CONTAINER_ID: String(id),
          CONTAINER_API_KEY: reply.json.instance_api_key,
        },
        memory: newMemory(started[0]?.memory.startedAt ?? 0),
        remember: expect.any(Function),
        endSelf: expect.any(Function),
      },
    ]);
  });

  it('can destroy only their own instance through the API', async () => {
    const { market, started, trace } = await startTraced();
    const [first, second] = [await createUp(market), await createUp(market)];
    market.simulator.instances();
    await started[0]?.endSelf();
    expect(market.simulator.instances().map(({ id, alive }) => [id, alive])).toEqual([
      [String(first), false],
      [String(second), true],
    ]);
    expect(market.simulator.requests().at(-1)).toMatchObject({
      ...{ method: 'DELETE', path: `/api/v0/instances/${first}/`, status: 200 },
    });
    expect(trace.filter((line) => line.startsWith('stop'))).toHaveLength(1);
  });

  it('stop in the call that destroys them', async () => {
    const { market, trace } = await startTraced();
    const id = await createUp(market);
    await destroy(market, id);
    expect(trace).toEqual(['start ours', 'stop ours']);
  });

  it('stop without a call when they are interrupted later', async () => {
    const { market, trace, timers, fireDue } = await startTraced();
    market.simulator.addFault({ name: 'interrupt', times: 1, forMs: MINUTE });
    await create(market);
    market.pass(MINUTE);
    fireDue();
    expect(timers.size).toBe(1);
    market.pass(MINUTE);
    fireDue();
    expect([trace, timers.size]).toEqual([['start ours', 'stop ours'], 0]);
  });

  it('stop when the simulator closes, and leave no timer behind', async () => {
    const { market, trace, timers } = await startTraced();
    await createUp(market);
    market.simulator.instances();
    await create(market);
    await market.simulator.close();
    market.pass(MINUTE);
    expect(market.simulator.instances().map(({ up }) => up)).toEqual([true, true]);
    expect([trace, timers.size]).toEqual([['start ours', 'stop ours'], 0]);
  });

  it('start again with a new run', async () => {
    const { market, trace } = await startTraced();
    const path = `PUT /api/v0/instances/${await createUp(market)}/`;
    await market.call(path, { state: 'stopped' });
    await market.call(path, { state: 'running' });
    market.pass(MINUTE);
    market.simulator.instances();
    expect(trace).toEqual(['start ours', 'stop ours', 'start ours']);
  });
});
