// Measures heartbeats over HTTP relative to plain database updates, and whether one service handles
// a thousand leases with a heartbeat per minute each.

import { setTimeout as pause } from 'node:timers/promises';
import { createLeaseStore } from '../shared/adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../shared/adapters/dynamodb/lease/pulse-store.ts';
import { epochMs, minutes } from '../shared/core/base/time.ts';
import { openCaller, type Prepared } from './http-caller.ts';
import { ratioOf } from './load.ts';
import { atLeast, atMost, type Row } from './row.ts';
import { onService, type Serving } from './serving.ts';
import { CONSUMER, HEARTBEATS_FROM } from './serving-fleet.ts';

const heartbeatsOf = ({ leases, sign }: Serving): Promise<readonly Prepared[]> =>
  Promise.all(
    leases.map(({ id }) => sign({ method: 'POST', path: `/v1/leases/${id}/heartbeats` })),
  );

/** The nth item, starting again after the last. */
function nthOf<Item>(items: readonly Item[], nth: number): Item {
  const item = items[nth % items.length];
  if (item === undefined) throw new Error('nthOf needs at least one item');
  return item;
}

/**
 * Heartbeats through the HTTP front, relative to the same update by the adapter's client: the cost
 * of the front, the signature, the handler and the workflow engine.
 */
export function heartbeatRows(): Promise<readonly Row[]> {
  return onService({ leases: 100 }, async (serving) => {
    const { call, close } = openCaller();
    const heartbeats = await heartbeatsOf(serving);
    const pulses = createPulseStore(serving.table('leases'));
    const update = async (nth: number): Promise<void> => {
      const { id: leaseId } = nthOf(serving.leases, nth);
      const by = { kind: 'app', consumer: CONSUMER, busy: true } as const;
      const at = epochMs(HEARTBEATS_FROM + nth);
      if ((await pulses.heartbeat({ leaseId, at, by })) === 'refused')
        throw new Error('the store refuses a heartbeat');
    };
    try {
      const value = await ratioOf((nth) => call(nthOf(heartbeats, nth)), update);
      return [atLeast(0.3, { name: 'http-heartbeat', value, unit: 'x bare' })];
    } finally {
      close();
    }
  });
}

/** A minute takes 12 s, so that two missed heartbeats end a lease after 24 s. */
const TIME_SCALE = 5;
const LEASES = 1_000;
const EVERY_MS = minutes(1) / TIME_SCALE;
/** Heartbeats of each lease. */
const HEARTBEATS = 4;

/**
 * Sends heartbeats on time, independent of earlier replies. Returns, for each successful one, the
 * time from its due instant to its reply.
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
    Array.from({ length: HEARTBEATS * heartbeats.length }, (_, nth) => heartbeat(nth)),
  );
  close();
  return times.filter((time) => time !== null);
}

/** The number of leases that are not active, had no heartbeat, or were silent once. */
async function countLost({ leases, table }: Serving): Promise<number> {
  const [store, pulses] = [createLeaseStore(table('leases')), createPulseStore(table('leases'))];
  const known = await pulses.getMany(new Set(leases.map(({ id }) => id)));
  let lost = 0;
  for (const { id } of leases) {
    const pulse = known.get(id);
    const isHealthy =
      pulse !== undefined && pulse.appHeartbeatAt !== null && pulse.silenceLookAt === null;
    if (!isHealthy || (await store.get(id))?.state !== 'active') lost += 1;
  }
  return lost;
}

/**
 * 1,000 leases with one heartbeat per minute: 17 heartbeats per second in real time, five times as
 * many here, for twice the silence limit.
 */
export function fleetRows(): Promise<readonly Row[]> {
  return onService({ leases: LEASES, timeScale: TIME_SCALE }, async (serving) => {
    const heartbeats = await heartbeatsOf(serving);
    const from = performance.now();
    const times = [...(await heartbeatAll(heartbeats))].sort((a, b) => a - b);
    const seconds = (performance.now() - from) / 1_000;
    const lost = await countLost(serving);
    const rate = Math.floor((10 * times.length) / seconds) / 10;
    const p95 = Math.ceil(times[Math.floor(0.95 * times.length)] ?? Number.NaN);
    return [
      atLeast(80, { name: 'heartbeats-1000', value: rate, unit: 'heartbeats/s' }),
      atMost(250, { name: 'heartbeats-1000-p95', value: p95, unit: 'ms' }),
      atMost(0, { name: 'heartbeats-1000-lost', value: lost, unit: 'leases' }),
    ];
  });
}
