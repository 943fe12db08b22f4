// The books of a soak: leases, events, entries and accounts must agree, and charges are compared
// with the market's own costs.

import { createHash } from 'node:crypto';
import { audit } from '../../local/demo/audit.ts';
import { books } from '../../shared/app/lease.ts';
import { once } from '../../shared/app/runtime.ts';
import { brandId, ConsumerId, type LeaseId } from '../../shared/core/base/ids.ts';
import type { Lease } from '../../shared/core/lease/lease.ts';
import type { LedgerEntry } from '../../shared/core/ledger/entry.ts';
import { CONSUMERS } from './plan.ts';
import type { SoakWorld } from './world.ts';

const idOf = (consumer: number): ConsumerId =>
  brandId(ConsumerId, `123456789012/trainer-${consumer}`);

async function eventsOf(world: SoakWorld, id: LeaseId) {
  const runtime = world.service()?.runtime;
  if (runtime === undefined) throw new Error('the service is down');
  const { leases } = once(runtime, books);
  const events = [];
  for (let page = await leases.events(id, 0); page.length > 0; ) {
    events.push(...page);
    page = await leases.events(id, events.at(-1)?.seq ?? 0);
  }
  return events;
}

function checkEntries(lease: Lease, entries: readonly LedgerEntry[]): readonly string[] {
  const of = (kind: string) => entries.filter((entry) => entry.kind === kind);
  const charged = lease.state === 'ended' ? lease.chargedMicroUsd : 0;
  const overrun = Math.max(0, charged - lease.hold.amountMicroUsd);
  const sumOf = (kind: string): number =>
    of(kind).reduce((sum, { amountMicroUsd }) => sum + amountMicroUsd, 0);
  const recorded = sumOf('overrun');
  return [
    ...(sumOf('charge') === charged
      ? []
      : [`${lease.id}: charge entries of ${sumOf('charge')}, charged ${charged}`]),
    ...(overrun === recorded
      ? []
      : [`${lease.id}: overrun entries of ${recorded}, overrun ${overrun}`]),
  ];
}

/** Checks all records against each other and against the market. */
export async function auditAll(world: SoakWorld, ids: readonly LeaseId[]) {
  const runtime = world.service()?.runtime;
  if (runtime === undefined) throw new Error('the service is down');
  const { ledger } = once(runtime, books);
  const hash = createHash('sha256');
  const wrong: string[] = [];
  world.watch.look();
  // Foreign instances must keep running, whatever their labels are.
  const alive = world.watch
    .alive()
    .flatMap(({ is, role }) => (role.kind === 'foreign' ? [] : [is]));
  for (let consumer = 0; consumer < CONSUMERS; consumer += 1) {
    const all = [...world.watch.leases.values()].filter((each) => each.consumer === idOf(consumer));
    const leases = all.map(({ id }) => id);
    wrong.push(...(await audit(runtime, idOf(consumer), { leases, alive })));
    const entries = Map.groupBy(await ledger.entries(idOf(consumer)), ({ leaseId }) => leaseId);
    for (const lease of all) {
      wrong.push(...checkEntries(lease, entries.get(lease.id) ?? []));
      const events = await eventsOf(world, lease.id);
      const gapless = events.every(({ seq }, index) => seq === index + 1);
      if (!gapless || events.length !== lease.lastEvent)
        wrong.push(`${lease.id} has missing events`);
    }
  }
  for (const id of ids) {
    const events = await eventsOf(world, id);
    for (const { seq, at, type, reason } of events)
      hash.update(`${id} ${seq} ${at} ${type} ${reason}\n`);
  }
  return { wrong, digest: hash.digest('hex').slice(0, 16) };
}

/** Compares charges with the provider's costs, lease by lease. */
export function compareBills({ watch, market }: SoakWorld) {
  const { leases } = watch;
  const billed = new Map<string, number>();
  for (const { label, foreign, totalMicroUsd } of market.books().instances) {
    const [, id = ''] = /^gs-demo-([a-z0-9]{20})-/.exec(label ?? '') ?? [];
    if (!foreign) billed.set(id, (billed.get(id) ?? 0) + totalMicroUsd);
  }
  let [chargedMicroUsd, billedMicroUsd] = [0, 0];
  const short: number[] = [];
  for (const [id, lease] of leases) {
    const charged = lease.state === 'ended' ? lease.chargedMicroUsd : 0;
    const bill = billed.get(id) ?? 0;
    chargedMicroUsd += charged;
    billedMicroUsd += bill;
    if (bill > charged) short.push(bill - charged);
  }
  const microUsd = short.reduce((sum, each) => sum + each, 0);
  const under = { leases: short.length, microUsd, most: Math.max(0, ...short) };
  return { chargedMicroUsd, billedMicroUsd, under };
}
