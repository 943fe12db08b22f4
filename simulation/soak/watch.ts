// Looks at the market's own truth after every step, and at every commit as it is made. What it
// knows of leases are the items that were written: it reads nothing and asks nobody.

import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { TrueInstance } from '../../local/simulators/kit/controls.ts';
import type { MarketSimulator } from '../../local/simulators/kit/simulator.ts';
import { isClosed } from '../../shared/core/instance/attempt.ts';
import type { Lease, LeaseState } from '../../shared/core/lease/lease.ts';
import type { Sent } from '../../test/support/races/turns.ts';
import { MINUTE } from './plan.ts';

/**
 * How long an instance may outlive its lease's end, counted from that end or, if that came later,
 * from the end of the last trouble that holds teardown back: the longest pause of teardown (15
 * min), and a round that a crash or an error spoiled.
 */
const MAX_LATE = 20 * MINUTE;
/** An instance that nobody recorded: two sightings, and as much for trouble. */
const MAX_UNRECORDED = 20 * MINUTE;

const TAG = /^gs-demo-([a-z0-9]{20})-(\d{1,2})-/;
const ORDER: readonly LeaseState[] = [
  'requested',
  'launching',
  'booting',
  'active',
  'ending',
  'ended',
];

type Instance = { readonly is: TrueInstance; readonly role: Role };
type Role =
  | { readonly kind: 'leased'; readonly lease: string; readonly attempt: number }
  | { readonly kind: 'stranger' }
  | { readonly kind: 'unrecorded'; readonly since: number };

export function createWatch(market: MarketSimulator, now: () => number) {
  const leases = new Map<string, Lease>();
  const roles = new Map<string, Role>();
  const wrong = new Set<string>();
  let instances: readonly Instance[] = [];
  let troubleUntil = 0;
  const worst = { lateMs: 0, calmLateMs: 0 };

  const roleOf = ({ id, label }: TrueInstance): Role => {
    const [, lease = '', attempt] = TAG.exec(label ?? '') ?? [];
    const role = roles.get(id) ?? { kind: 'leased', lease, attempt: Number(attempt) };
    roles.set(id, role);
    return role;
  };
  /** Reads the truth again: after whatever may have changed it. */
  const look = (): void => {
    const alive = market.instances().filter((instance) => instance.alive);
    instances = alive.map((is) => ({ is, role: roleOf(is) }));
    const ids = new Set(alive.map(({ id }) => id));
    for (const [id, { kind }] of roles) {
      if (kind === 'stranger' && !ids.has(id)) wrong.add(`the stranger ${id} is gone`);
    }
    const tags = instances.filter(({ role }) => role.kind === 'leased').map(({ is }) => is.label);
    for (const tag of tags) {
      if (tags.indexOf(tag) !== tags.lastIndexOf(tag)) wrong.add(`two instances of ${tag}`);
    }
  };
  const lateness = ({ is }: Instance, lease: Lease): void => {
    const due =
      lease.state === 'ending' ? Math.min(lease.endingAt, lease.deadline) : lease.deadline;
    // A zombie's end lies ahead, whoever asks for it.
    const excused = is.end !== null ? now() : Math.max(due, troubleUntil);
    worst.lateMs = Math.max(worst.lateMs, now() - due);
    worst.calmLateMs = Math.max(worst.calmLateMs, now() - excused);
    if (now() - excused > MAX_LATE) wrong.add(`${is.id} outlives lease ${lease.id}`);
  };
  const inspect = (instance: Instance): void => {
    const { is, role } = instance;
    if (role.kind === 'stranger') return;
    if (role.kind === 'unrecorded') {
      const late = now() - Math.max(role.since, troubleUntil) > MAX_UNRECORDED;
      if (late && is.end === null) wrong.add(`${is.id}, which nobody recorded, lives on`);
      return;
    }
    const lease = leases.get(role.lease);
    const attempt = lease?.attempts.find(({ number }) => number === role.attempt);
    if (lease === undefined || attempt === undefined) {
      wrong.add(`${is.id} has no attempt on record`);
    } else if (isClosed(attempt)) {
      wrong.add(`${is.id} lives, and its attempt is ${attempt.state}`);
    } else {
      lateness(instance, lease);
    }
  };
  const committed = (next: Lease): void => {
    const before = leases.get(next.id);
    leases.set(next.id, next);
    if (before === undefined) return;
    const [from, to] = [before.state, next.state];
    const back = from === 'booting' && to === 'launching';
    if (next.version !== before.version + 1) wrong.add(`lease ${next.id} lost a version`);
    if (!back && ORDER.indexOf(to) < ORDER.indexOf(from)) wrong.add(`${next.id}: ${from} to ${to}`);
    if (next.lastEvent < before.lastEvent) wrong.add(`lease ${next.id} lost an event`);
    if (to === 'ended' && from !== 'ending') wrong.add(`lease ${next.id} ended from ${from}`);
  };
  return {
    leases: leases as ReadonlyMap<string, Lease>,
    wrong: wrong as ReadonlySet<string>,
    worst,
    /** What holds teardown back goes on until then. */
    trouble: (until: number): void => {
      troubleUntil = Math.max(troubleUntil, until);
    },
    know: (id: string, role: Role): void => {
      roles.set(id, role);
      look();
    },
    look,
    alive: () => instances,
    /** A call that was answered. */
    seen({ name, input }: Sent, answer: unknown): void {
      if (/^(?:PUT|DELETE) /.test(name)) look();
      const item = name === 'PutItem' && answer !== 'refused' ? itemOf(input) : undefined;
      if (item?.['sk'] === 'META' && String(item['pk']).startsWith('LEASE#')) {
        // What the store itself has just written.
        committed(item as unknown as Lease);
      }
    },
    /** After each step. */
    check(): void {
      const before = wrong.size;
      for (const instance of instances) inspect(instance);
      if (wrong.size === before) return;
      // An instance may have ended by itself since the last look.
      const alarms = [...wrong].slice(before);
      for (const alarm of alarms) wrong.delete(alarm);
      look();
      for (const instance of instances) inspect(instance);
    },
  };
}

function itemOf(input: object | undefined): Record<string, unknown> | undefined {
  const { Item } = (input ?? {}) as { Item?: Parameters<typeof unmarshall>[0] };
  return Item === undefined ? undefined : unmarshall(Item);
}
