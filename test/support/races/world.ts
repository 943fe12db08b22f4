// A world for races: one lease after the other in the same market, each brought to a moment where
// two actors work on it. Then the lease is ended, and all invariants are checked.

import type { WorldOptions } from '../../../local/demo/world.ts';
import { books } from '../../../shared/app/lease.ts';
import { once } from '../../../shared/app/runtime.ts';
import type { LeaseId } from '../../../shared/core/base/ids.ts';
import { type EndReason, isOver, type Lease } from '../../../shared/core/lease/lease.ts';
import { unlikeMarket } from '../worlds/books.ts';
import { aTag, CONSUMER, type LeaseWorld, leaseWorld } from '../worlds/lease.ts';
import { isStep, type Meddle, MINUTE } from '../worlds/virtual-time.ts';
import { type Actor, createActor, holdEngines, holdWires, isActing, unheld } from './turns.ts';

/** The longest time from a race to the end of its lease, without a lost wake. */
const CALM_AFTER = 4 * MINUTE;
/** The schedule's grace, one teardown and the provider's lag. */
const MAX_LATE = 2 * MINUTE;

export type Work = () => Promise<unknown>;

export type RaceWorld = LeaseWorld & {
  /** Lets time pass until the function is called; returns the held call. */
  caught(name: string): Promise<Work>;
  /** Waits for all work of the current instant; no time passes. */
  settle(): Promise<void>;
  /** Ends the lease; returns the violations. */
  conclude(id: LeaseId, expected: Expected): Promise<readonly string[]>;
  /** The violations over all leases so far. */
  audit(): Promise<readonly string[]>;
};

/** Holds the next call of a function. */
function createTrap() {
  let wanted: string | null = null;
  let prey: Work | null = null;
  const meddle: Meddle = (call, run) => {
    if (call.name === wanted) {
      wanted = null;
      const later = new Promise((resolve, reject) => {
        prey = () => run().then(resolve, reject);
      });
      return { later };
    }
    if (!isActing()) return run();
    // A call of an actor waits for the test; the work that it starts is not held.
    return isStep(call.name) ? unheld(run) : { later: run() };
  };
  const set = (name: string): void => {
    wanted = name;
    prey = null;
  };
  return { meddle, set, prey: () => prey };
}

export async function raceWorld(options: Partial<WorldOptions> = {}): Promise<RaceWorld> {
  holdWires();
  const trap = createTrap();
  const world = await leaseWorld({ ...options, meddle: trap.meddle });
  holdEngines(world.service.runtime);
  const strangers = [
    world.market.addForeignInstance(),
    world.market.addForeignInstance(aTag().replace('gs-demo-', 'gs-other-')),
  ];
  const concluded: LeaseId[] = [];
  return {
    ...world,
    async caught(name) {
      trap.set(name);
      await world.until(async () => trap.prey() !== null, 14);
      return trap.prey() ?? never();
    },
    settle: () => world.until(async () => true),
    async active(body) {
      const before = world.calls.length;
      const lease = await world.active(body);
      await world.until(async () => world.calls.lastIndexOf('serve') >= before);
      return lease;
    },
    async conclude(id, expected) {
      concluded.push(id);
      const wrong = await endOf(world, id, expected);
      return [...wrong, ...(await recordsOf(world, id))];
    },
    async audit() {
      const touched = strangers.filter((stranger) => !world.lives(stranger));
      const gone = touched.map((stranger) => `the foreign instance ${stranger} is gone`);
      return [...gone, ...(await world.leftovers(...concluded))];
    },
  };
}

function never(): never {
  throw new Error('the function was not called');
}

/** Waits for the end of the lease; releases it if nothing else ended it. */
async function endOf(world: LeaseWorld, id: LeaseId, { reasons, calmMs = CALM_AFTER }: Expected) {
  await world.until(async () => true);
  const from = world.clock.now();
  if (!isOver(await world.lease(id))) await world.release(id);
  const { engine } = world.service;
  const idle = (): boolean => engine.running().length === 0;
  await world.until(async () => idle() && (await world.lease(id)).state === 'ended', 3);
  const lease = await world.lease(id);
  if (lease.state !== 'ended') return [`it is ${lease.state}, not ended`];
  const { reason, endedAt } = lease;
  // A replaced execution may still wait; it has no effect then.
  const took = endedAt - from;
  return [
    ...(took > calmMs ? [`it took ${took / MINUTE} min to end`] : []),
    ...(reasons.includes(reason) ? [] : [`it ended as ${reason}`]),
  ];
}

/** The instances of the lease: all are gone, one per attempt, and none ran past the end. */
function instancesOf(world: LeaseWorld, { id, attempts, deadline }: Lease): readonly string[] {
  const all = world.market.instances().filter(({ label }) => label?.includes(id));
  const made = all.filter(({ foreign }) => !foreign);
  const late = made.filter(({ end }) => end === null || end.at > deadline + MAX_LATE);
  return [
    ...all.filter(({ alive }) => alive).map((instance) => `${instance.id} is still running`),
    ...late.map((instance) => `${instance.id} ran past the end of its lease`),
    ...(made.length <= attempts.length
      ? []
      : [`${made.length} instances of ${attempts.length} attempts`]),
  ];
}

/** The records of the lease: events without gaps, one settlement, and no overrun. */
async function recordsOf(world: LeaseWorld, id: LeaseId): Promise<readonly string[]> {
  const { leases, ledger, accounts } = once(world.service.runtime, books);
  const lease = await world.lease(id);
  const { lastEvent, lastEntry } = lease;
  const seqs: number[] = [];
  let endings = 0;
  for (let page = await leases.events(id, 0); page.length > 0; ) {
    seqs.push(...page.map(({ seq }) => seq));
    endings += page.filter(({ type }) => type === 'lease-ended').length;
    page = await leases.events(id, seqs.length);
  }
  const gapless = seqs.length === lastEvent && seqs.every((seq, index) => seq === index + 1);
  const entries = (await ledger.entries(CONSUMER)).filter(({ leaseId }) => leaseId === id);
  const of = (kind: string): number => entries.filter((entry) => entry.kind === kind).length;
  const held = (await accounts.get(CONSUMER))?.holds[id];
  return [
    ...instancesOf(world, lease),
    ...unlikeMarket(world, lease),
    ...(held === undefined ? [] : ['its hold is still open']),
    ...(gapless ? [] : [`events have gaps: ${seqs} of ${lastEvent}`]),
    ...(entries.length === lastEntry ? [] : [`${entries.length} of ${lastEntry} entries`]),
    ...(endings === 1 ? [] : [`it has ${endings} settlements`]),
    ...(of('overrun') === 0 ? [] : ['it has an overrun']),
  ];
}

/** Two actors on one lease, before they start. */
type Meeting = {
  readonly id: LeaseId;
  readonly first: Work;
  readonly second: Work;
  /** How long the first stays held after the other has finished; 0 by default. */
  readonly heldMs?: number;
  /** Further violations when both have finished, before the lease is ended. */
  readonly also?: () => Promise<readonly string[]>;
};

/** The allowed outcomes of a race. */
type Expected = {
  readonly reasons: readonly EndReason[];
  /** How long its lease may take to end afterwards; 4 min by default. */
  readonly calmMs?: number;
};

export type Race = Expected & {
  readonly says: string;
  readonly meet: (world: RaceWorld) => Promise<Meeting>;
  readonly market?: WorldOptions['market'];
};

type Players = {
  readonly first: Actor;
  readonly second: Actor;
  /** Waits for started work, then for the time for which an actor is held. */
  readonly pause: () => Promise<void>;
};
export type Order = (players: Players) => Promise<'held' | 'finished'>;

/** Runs one race in one order; returns whether the first actor was held, and the violations. */
export async function play(world: RaceWorld, race: Race, order: Order) {
  const { id, first, second, heldMs = 0, also } = await race.meet(world);
  const players = { first: createActor(first), second: createActor(second) };
  const pause = async (): Promise<void> => {
    await world.settle();
    if (heldMs > 0) await world.pass(heldMs);
  };
  const met = await order({ ...players, pause });
  await world.settle();
  const unmet = (await also?.()) ?? [];
  const wrong = [...unmet, ...(await world.conclude(id, race))];
  return { met, wrong, trail: players.first.trail };
}

/** The first passes `points` points; the second runs to its end in between. */
const interrupted =
  (points: number): Order =>
  async ({ first, second, pause }) => {
    const met = await first.advance(points);
    await second.finish();
    await pause();
    await first.finish();
    return met;
  };

/** Each actor is held once while the other runs. */
export const interleaved =
  (points: { readonly first: number; readonly second: number }): Order =>
  async ({ first, second, pause }) => {
    const met = await first.advance(points.first);
    await second.advance(points.second);
    await pause();
    await first.finish();
    await second.finish();
    return met;
  };

/** The same race with its actors swapped. */
export const turned = (race: Race): Race => ({
  ...race,
  says: `${race.says}, swapped`,
  meet: async (world) => {
    const { first, second, ...rest } = await race.meet(world);
    return { ...rest, first: second, second: first };
  },
});

/** More calls than any function has. */
const MAX_CALLS = 100;

/**
 * Runs a race once per point: with its first actor held before it starts and after each of its
 * calls. After one call and before the next is the same point: there is no effect in between. When
 * the actor finishes without being held, every point was run.
 */
export async function everywhere(race: Race): Promise<readonly string[]> {
  const world = await raceWorld({ ...(race.market !== undefined && { market: race.market }) });
  try {
    for (let calls = 0; calls <= MAX_CALLS; calls += 1) {
      const { met, wrong, trail } = await play(world, race, interrupted(2 * calls));
      const where = trail[2 * calls - 1] ?? 'before it starts';
      if (wrong.length > 0) return [`at point ${2 * calls}, ${where}`, ...wrong];
      if (met === 'finished') return await world.audit();
    }
    return [`the first actor makes more than ${MAX_CALLS} calls`];
  } finally {
    await world.close();
  }
}
