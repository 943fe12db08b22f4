// What heartbeats cost over HTTP, against the bare database, and whether one machine carries a
// thousand leases that heartbeat each minute.

import { setTimeout as pause } from 'node:timers/promises';
import { createLeaseStore } from '../shared/adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../shared/adapters/dynamodb/lease/pulse-store.ts';
import { epochMs, minutes } from '../shared/core/base/time.ts';
import { openCaller, type Prepared } from './http-caller.ts';
import { ratioOf } from './load.ts';
import { atLeast, atMost, type Row } from './row.ts';
import { onService, type Serving } from './serving.ts';
import { BEATS_FROM, CONSUMER } from './serving-fleet.ts';

const heartbeatsOf = ({ leases, sign }: Serving): Promise<readonly Prepared[]> =>
  Promise.all(
    leases.map(({ id }) => sign({ method: 'POST', path: `/v1/leases/${id}/heartbeats` })),
  );

/** The nth of them, beginning again after the last. */
function nthOf<Item>(items: readonly Item[], nth: number): Item {
  const item = items[nth % items.length];
  if (item === undefined) throw new Error('there is none');
  return item;
}

/**
 * Heartbeats through the front, against the same update by the adapter's client: what the front,
 * the signature, the handler and the workflow's engine add.
 */
export function heartbeatRows(): Promise<readonly Row[]> {
  return onService({ leases: 100 }, async (serving) => {
    const { call, close } = openCaller();
    const heartbeats = await heartbeatsOf(serving);
    const pulses = createPulseStore(serving.table('leases'));
    const update = async (nth: number): Promise<void> => {
      const { id: leaseId } = nthOf(serving.leases, nth);
      const by = { kind: 'app', consumer: CONSUMER, busy: true } as const;
      const at = epochMs(BEATS_FROM + nth);
      if ((await pulses.heartbeat({ leaseId, at, by })) === 'refused') throw new Error('not heard');
    };
    try {
      const value = await ratioOf((nth) => call(nthOf(heartbeats, nth)), update);
      return [atLeast(0.3, { name: 'http-heartbeat', value, unit: 'x bare' })];
    } finally {
      close();
    }
  });
}

/** Time that runs faster, so that a minute's heartbeats come in 12 s and a silence shows in 24. */
const TIME_SCALE = 5;
const LEASES = 1_000;
const EVERY_MS = minutes(1) / TIME_SCALE;
/** Heartbeats of each lease. */
const BEATS = 4;

/**
 * Heartbeats on time, whatever became of the heartbeats before. How long each that was heard took,
 * from when it was due.
 */
async function heartbeatAll(heartbeats: readonly Prepared[]): Promise<readonly number[]> {
  const { call, close } = openCaller();
  const from = performance.now();
  const heartbeat = async (nth: number): Promise<number | null> => {
    const due = from + (nth * EVERY_MS) / heartbeats.length;
    await pause(Math.max(0, due - performance.now()));
    return call(nthOf(heartbeats, nth)).then(
      () => performance.now() - due,
      () => null,
    );
  };
  const times = await Promise.all(
    Array.from({ length: BEATS * heartbeats.length }, (_, nth) => heartbeat(nth)),
  );
  close();
  return times.filter((time) => time !== null);
}

/** How many leases don't serve any more, were never heard, or were silent once. */
async function lostOf({ leases, table }: Serving): Promise<number> {
  const [store, pulses] = [createLeaseStore(table('leases')), createPulseStore(table('leases'))];
  const heard = await pulses.getMany(new Set(leases.map(({ id }) => id)));
  let lost = 0;
  for (const { id } of leases) {
    const pulse = heard.get(id);
    const isWell =
      pulse !== undefined && pulse.appHeartbeatAt !== null && pulse.silenceLookAt === null;
    if (!isWell || (await store.get(id))?.state !== 'active') lost += 1;
  }
  return lost;
}

/**
 * 1,000 leases heartbeat each minute: 17 heartbeats a second in life, five times as many here, each
 * for twice as long as it may be silent.
 */
export function fleetRows(): Promise<readonly Row[]> {
  return onService({ leases: LEASES, timeScale: TIME_SCALE }, async (serving) => {
    const heartbeats = await heartbeatsOf(serving);
    const from = performance.now();
    const times = [...(await heartbeatAll(heartbeats))].sort((a, b) => a - b);
    const seconds = (performance.now() - from) / 1_000;
    const lost = await lostOf(serving);
    const rate = Math.floor((10 * times.length) / seconds) / 10;
    const p95 = Math.ceil(times[Math.floor(0.95 * times.length)] ?? Number.NaN);
    return [
      atLeast(80, { name: 'heartbeats-1000', value: rate, unit: 'heartbeats/s' }),
      atMost(250, { name: 'heartbeats-1000-p95', value: p95, unit: 'ms' }),
      atMost(0, { name: 'heartbeats-1000-lost', value: lost, unit: 'leases' }),
    ];
  });
}
