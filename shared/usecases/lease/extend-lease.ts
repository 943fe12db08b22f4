// Extend: the money first, then the lease, whose commit is the point where it counts; then the
// schedule and the workflow are told. Until that commit the old end stands, in the schedule too: a
// crash before it leaves only a hold that is trimmed, and one after it an alarm that comes early.

import type { Caller } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { formatUsd } from '../../core/base/money.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { between, type EpochMs, isoTime } from '../../core/base/time.ts';
import { alarmOf } from '../../core/lease/deadline.ts';
import {
  type ExtensionAsk,
  type ExtensionPlan,
  type ExtensionRefusal,
  planExtension,
} from '../../core/lease/extension.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { extendLease } from '../../core/lease/lease-moves.ts';
import { visible } from '../../core/lease/visible.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { changeLease, loadLease, type Records } from '../common/change-lease.ts';
import { type WakePorts, wakeLease } from '../common/wake-lease.ts';

export type ExtendLeasePorts = Records & WakePorts & { readonly scheduler: Scheduler };

export type ExtendInput = {
  readonly leaseId: LeaseId;
  readonly caller: Caller;
  readonly ask: ExtensionAsk;
};

export type ExtendOutcome =
  | { readonly kind: 'extended'; readonly lease: Lease }
  | { readonly kind: 'refused'; readonly refusal: ExtensionRefusal }
  | { readonly kind: 'not-active'; readonly why: string }
  | { readonly kind: 'key-reused' };

type Agreed = Extract<ExtensionPlan, { kind: 'extend' }>;

/** The lease as extended; null when it changed since it was planned for, or took too long. */
async function commit(
  ports: ExtendLeasePorts,
  planned: Lease,
  extension: { readonly plan: Agreed; readonly ask: ExtensionAsk; readonly raisedAt: EpochMs },
): Promise<Lease | null> {
  const { plan, ask, raisedAt } = extension;
  const { until, holdMicroUsd } = plan;
  const { lease, result } = await changeLease(ports, planned.id, (current, now) => {
    const stale = between(raisedAt, now) > policy.extension.commitWithin || now >= current.deadline;
    if (current.version !== planned.version || current.state !== 'active' || stale) {
      return { commit: null, result: 'moved' };
    }
    const asked = ask.kind === 'more' ? [{ key: ask.key, added: ask.added }] : [];
    const reason = `it serves until ${isoTime(until)}; ${formatUsd(holdMicroUsd)} is held in all`;
    const extended = extendLease(current, { until, holdMicroUsd, asked, reason }, now);
    return { commit: extended, result: 'committed' };
  });
  return result === 'committed' ? lease : null;
}

/** Nothing here decides: the schedule set too early looks again, who wakes up reads the lease. */
async function tell(ports: ExtendLeasePorts, lease: Lease): Promise<ExtendOutcome> {
  await ports.scheduler.arm(lease.id, alarmOf(lease, ports.clock.now()));
  await wakeLease(ports, lease.id);
  return { kind: 'extended', lease };
}

/** One round: what came of it, or null when the lease has moved on meanwhile. */
async function round(ports: ExtendLeasePorts, input: ExtendInput): Promise<ExtendOutcome | null> {
  const { leaseId, caller, ask } = input;
  const lease = visible(await loadLease(ports, leaseId), caller);
  const plan = planExtension(lease, ask, ports.clock.now());
  if (plan.kind === 'unchanged') return tell(ports, lease);
  if (plan.kind !== 'extend') return plan;
  const { consumer } = lease;
  const raisedAt = ports.clock.now();
  const raise = { consumer, leaseId, to: plan.holdMicroUsd, at: raisedAt };
  const placed = await ports.accounts.raise(raise);
  if (placed.kind === 'refused') return placed;
  // From here until the commit below the account holds more than the lease: the sweep trims it.
  const extended = await commit(ports, lease, { plan, ask, raisedAt });
  return extended === null ? null : tell(ports, extended);
}

/**
 * Lets a serving lease run longer, or says what is in the way; a refusal changes nothing. Safe to
 * repeat: for the same instant, or with the same key, it finishes what a crash left. Throws
 * NotFound, StoreDown, ProviderDown, Conflict.
 */
export function createExtendLease(ports: ExtendLeasePorts) {
  return async (input: ExtendInput): Promise<ExtendOutcome> => {
    for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
      const outcome = await round(ports, input);
      if (outcome !== null) return outcome;
    }
    throw new Failure('Conflict', `lease ${input.leaseId} changed under every try to extend it`);
  };
}
