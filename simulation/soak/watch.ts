// Checks the invariants after every step, from the market's actual state and from every lease item
// that is written. It makes no call of its own.

import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { TrueInstance } from '../../local/simulators/kit/controls.ts';
import type { MarketSimulator } from '../../local/simulators/kit/simulator.ts';
import { isClosed } from '../../shared/core/instance/attempt.ts';
import type { Lease, LeaseIn, LeaseState } from '../../shared/core/lease/lease.ts';
import type { Sent } from '../../test/support/races/turns.ts';
import { MINUTE } from './plan.ts';

/**
 * How long an instance may run after its lease's end, or after the last fault that delays teardown
 * if that ended later: the longest pause of teardown (15 min), and one failed round.
 */
const MAX_LATE = 20 * MINUTE;
/** How long an unrecorded instance may run: two sightings, and the same time again for faults. */
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
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unrecorded'; readonly since: number };

/** `mustNotBeSilent` returns whether the plan has all heartbeats of that lease sent. */
export function createWatch(
  market: MarketSimulator,
  { now, mustNotBeSilent }: { now: () => number; mustNotBeSilent: (lease: string) => boolean },
) {
  const leases = new Map<string, Lease>();
  const roles = new Map<string, Role>();
  const wrong = new Set<string>();
  let instances: readonly Instance[] = [];
  let excusedUntil = 0;
  const worst = { lateMs: 0, calmLateMs: 0 };

  const roleOf = ({ id, label }: TrueInstance): Role => {
    const [, lease = '', attempt] = TAG.exec(label ?? '') ?? [];
    const role = roles.get(id) ?? { kind: 'leased', lease, attempt: Number(attempt) };
    roles.set(id, role);
    return role;
  };
  /** Reads the market's actual state again, after a call that may have changed it. */
  const look = (): void => {
    const alive = market.instances().filter((instance) => instance.alive);
    instances = alive.map((is) => ({ is, role: roleOf(is) }));
    const ids = new Set(alive.map(({ id }) => id));
    for (const [id, { kind }] of roles) {
      if (kind === 'foreign' && !ids.has(id)) wrong.add(`the foreign instance ${id} is gone`);
    }
    const tags = instances.filter(({ role }) => role.kind === 'leased').map(({ is }) => is.label);
    for (const tag of tags) {
      if (tags.indexOf(tag) !== tags.lastIndexOf(tag))
        wrong.add(`two instances have the tag ${tag}`);
    }
  };
  const checkLateness = ({ is }: Instance, lease: Lease): void => {
    const due =
      lease.state === 'ending' ? Math.min(lease.endingAt, lease.deadline) : lease.deadline;
    // A zombie has a future end, which no call can move.
    const excused = is.end !== null ? now() : Math.max(due, excusedUntil);
    worst.lateMs = Math.max(worst.lateMs, now() - due);
    worst.calmLateMs = Math.max(worst.calmLateMs, now() - excused);
    if (now() - excused > MAX_LATE) wrong.add(`${is.id} still runs after lease ${lease.id} ended`);
  };
  const inspect = (instance: Instance): void => {
    const { is, role } = instance;
    if (role.kind === 'foreign') return;
    if (role.kind === 'unrecorded') {
      const late = now() - Math.max(role.since, excusedUntil) > MAX_UNRECORDED;
      if (late && is.end === null) wrong.add(`the unrecorded instance ${is.id} still runs`);
      return;
    }
    const lease = leases.get(role.lease);
    const attempt = lease?.attempts.find(({ number }) => number === role.attempt);
    if (lease === undefined || attempt === undefined) {
      wrong.add(`${is.id} has no recorded attempt`);
    } else if (isClosed(attempt)) {
      wrong.add(`${is.id} runs, but its attempt is ${attempt.state}`);
    } else {
      checkLateness(instance, lease);
    }
  };
  /** Neither our own trouble nor a lie of the provider ends a lease whose instance runs. */
  const checkEnd = ({ id, reason }: LeaseIn<'ending'>): void => {
    const runs = instances.some(({ role }) => role.kind === 'leased' && role.lease === id);
    if (reason === 'failed') wrong.add(`lease ${id} failed while it was active`);
    if (reason === 'lost' && runs) wrong.add(`lease ${id} is lost, but its instance runs`);
    if (reason === 'silent' && runs && mustNotBeSilent(id))
      wrong.add(`lease ${id} is silent, but its instance sends heartbeats`);
  };
  const checkCommit = (next: Lease): void => {
    const before = leases.get(next.id);
    leases.set(next.id, next);
    if (before === undefined) return;
    const [from, to] = [before.state, next.state];
    const back = from === 'booting' && to === 'launching';
    if (next.version !== before.version + 1) wrong.add(`lease ${next.id} lost a version`);
    if (!back && ORDER.indexOf(to) < ORDER.indexOf(from)) wrong.add(`${next.id}: ${from} to ${to}`);
    if (next.lastEvent < before.lastEvent) wrong.add(`lease ${next.id} lost an event`);
    if (to === 'ended' && from !== 'ending') wrong.add(`lease ${next.id} ended from ${from}`);
    if (from === 'active' && next.state === 'ending') checkEnd(next);
  };
  return {
    leases: leases as ReadonlyMap<string, Lease>,
    wrong: wrong as ReadonlySet<string>,
    worst,
    /** Teardown may be delayed until then. */
    excuseUntil: (until: number): void => {
      excusedUntil = Math.max(excusedUntil, until);
    },
    setRole: (id: string, role: Role): void => {
      roles.set(id, role);
      look();
    },
    look,
    alive: () => instances,
    /** Called with each completed call. */
    onReply({ name, input }: Sent, answer: unknown): void {
      if (/^(?:PUT|DELETE) /.test(name)) look();
      const item = name === 'PutItem' && answer !== 'refused' ? itemOf(input) : undefined;
      if (item?.['sk'] === 'META' && String(item['pk']).startsWith('LEASE#')) {
        // The store wrote this item, so its shape is known.
        checkCommit(item as unknown as Lease);
      }
    },
    /** Checks all running instances; called after each step. */
    check(): void {
      const before = wrong.size;
      for (const instance of instances) inspect(instance);
      if (wrong.size === before) return;
      // An instance may have ended since the last look: look again and check again.
      const added = [...wrong].slice(before);
      for (const violation of added) wrong.delete(violation);
      look();
      for (const instance of instances) inspect(instance);
    },
  };
}

function itemOf(input: object | undefined): Record<string, unknown> | undefined {
  const { Item } = (input ?? {}) as { Item?: Parameters<typeof unmarshall>[0] };
  return Item === undefined ? undefined : unmarshall(Item);
}
