// Counts the calls of an admission and of a heartbeat, and the state transitions of one lease, on
// the whole service with its simulated market.

import { leaseWorld } from '../test/support/worlds/lease.ts';
import type { Meddle } from '../test/support/worlds/virtual-time.ts';
import { atMost, type Row } from './row.ts';

/** Counted on an existing account: the first request creates it, with two more calls. */
export async function leaseRows(): Promise<readonly Row[]> {
  let calls = 0;
  let isPaused = false;
  const count = (): void => {
    calls += 1;
  };
  // The first step of a started workflow hangs, so that its calls are not counted.
  const meddle: Meddle = (call, run) => (isPaused && call.name === 'choose' ? 'hang' : run());
  const world = await leaseWorld({ meddle, onDatabaseCall: count, onWorkflowCall: count });
  const counted = async (work: () => Promise<unknown>): Promise<number> => {
    calls = 0;
    await work();
    return calls;
  };

  const { id } = await world.active();
  const heartbeat = await counted(() => world.ask('recordHeartbeat', { params: { id } }));
  await world.release(id);
  await world.untilState(id, 'ended');
  const { transitions = Number.NaN } = world.service.engine.describe(`${id}-1`) ?? {};
  isPaused = true;
  const admission = await counted(() => world.request());
  await world.close();
  return [
    atMost(4, { name: 'admission-calls', value: admission, unit: 'calls' }),
    atMost(2, { name: 'heartbeat-calls', value: heartbeat, unit: 'calls' }),
    atMost(20, { name: 'transitions-per-lease', value: transitions, unit: 'transitions' }),
  ];
}
