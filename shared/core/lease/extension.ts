// Whether a lease can be extended, and what that requires. The hold on the account is raised before
// the lease is committed; the sweep lowers a hold that a crash left raised.

import type { ConsumerId } from '../base/ids.ts';
import { cost, formatUsd, type MicroUsd, microUsdPerHour, sum } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs, isoTime, latest } from '../base/time.ts';
import type { Hold, HoldRefusal } from '../ledger/account.ts';
import { loweredTo, withPartsOf } from '../ledger/hold-parts.ts';
import { currentAttempt, isOver, type Lease, type LeaseIn } from './lease.ts';
import { approveExtension, extendLease } from './lease-moves.ts';
import { presentRate } from './spend.ts';

/** A request for an end time can be repeated safely; a request for `added` time needs a key. */
export type ExtensionAsk =
  | { readonly kind: 'until'; readonly until: EpochMs }
  | { readonly kind: 'more'; readonly added: DurationMs; readonly key: string };

/** The exceeded limit and the latest end it allows, or the refusal of the account's limits. */
export type ExtensionRefusal =
  | HoldRefusal
  | { readonly limit: 'lease-duration' | 'instance-availability'; readonly latest: EpochMs };

export type ExtensionPlan =
  /** The hold must be `holdMicroUsd` before the lease may run until `until`. */
  | { readonly kind: 'extend'; readonly until: EpochMs; readonly holdMicroUsd: MicroUsd }
  /** The lease already runs that long: the request is a repeat, or asks for no more time. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly refusal: ExtensionRefusal }
  | { readonly kind: 'not-active'; readonly why: string }
  | { readonly kind: 'key-reused' };

const NOT_YET = 'the lease is not active yet: its duration starts when it is active';

function requestedEnd(lease: LeaseIn<'active'>, ask: ExtensionAsk): EpochMs | 'known' | 'reused' {
  if (ask.kind === 'until') return ask.until;
  const before = lease.extensions.find(({ key }) => key === ask.key);
  if (before === undefined) return after(lease.deadline, ask.added);
  return before.added === ask.added ? 'known' : 'reused';
}

/** The latest end: by the maximum duration, or by an operator's approval. */
function durationLimit({ activeAt, approvedUntil }: LeaseIn<'active'>): EpochMs {
  const longest = after(activeAt, policy.lease.maxDuration);
  return approvedUntil === null ? longest : latest(longest, approvedUntil);
}

function refusalFor(lease: LeaseIn<'active'>, until: EpochMs): ExtensionRefusal | null {
  const longest = durationLimit(lease);
  if (until > longest) return { limit: 'lease-duration', latest: longest };
  const leaves = currentAttempt(lease)?.offer.availableUntil ?? null;
  if (leaves === null || until <= leaves) return null;
  return { limit: 'instance-availability', latest: leaves };
}

/**
 * Decides from the state at `now` what an extension of `lease` requires. It never shortens a lease.
 */
export function planExtension(lease: Lease, ask: ExtensionAsk, now: EpochMs): ExtensionPlan {
  if (isOver(lease))
    return { kind: 'not-active', why: `the lease is ${lease.state}: ${lease.reason}` };
  if (lease.state !== 'active') return { kind: 'not-active', why: NOT_YET };
  const until = requestedEnd(lease, ask);
  if (until === 'reused') return { kind: 'key-reused' };
  if (until === 'known' || until <= lease.deadline) return { kind: 'unchanged' };
  // The instance has received its end by now, and the schedule or the workflow is about to end it.
  if (now >= lease.deadline)
    return { kind: 'not-active', why: 'the lease has reached its deadline' };
  const refusal = refusalFor(lease, until);
  if (refusal !== null) return { kind: 'refused', refusal };
  const rate = microUsdPerHour(Math.max(lease.hold.rateMicroUsdPerHour, presentRate(lease)));
  const more = cost(rate, between(lease.deadline, until));
  return { kind: 'extend', until, holdMicroUsd: sum(lease.hold.amountMicroUsd, more) };
}

/**
 * An extension whose hold is raised: its plan, the lease it was planned for, and when it was
 * raised.
 */
export type RaisedExtension = {
  readonly planned: Lease;
  readonly plan: Extract<ExtensionPlan, { kind: 'extend' }>;
  readonly ask: ExtensionAsk;
  /** The hold as the account stores it, at least as high as planned. */
  readonly held: Hold;
  readonly raisedAt: EpochMs;
};

/** The extended lease; null when the lease changed since the plan, or the plan is too old. */
export function applyExtension(
  lease: Lease,
  { planned, plan, ask, held, raisedAt }: RaisedExtension,
  now: EpochMs,
): LeaseIn<'active'> | null {
  const late = between(raisedAt, now) > policy.extension.commitWithin || now >= lease.deadline;
  if (lease.version !== planned.version || lease.state !== 'active' || late) return null;
  const { until, holdMicroUsd } = plan;
  const asked = ask.kind === 'more' ? [{ key: ask.key, added: ask.added }] : [];
  const reason = `extended until ${isoTime(until)}; the hold is now ${formatUsd(holdMicroUsd)}`;
  const hold = withPartsOf(lease.hold, loweredTo(held, holdMicroUsd));
  return extendLease(lease, { until, hold, asked, reason }, now);
}

export type Approval = {
  readonly until: EpochMs;
  readonly by: ConsumerId;
  readonly why: string;
};

export type ApprovalPlan =
  | { readonly kind: 'approve'; readonly lease: LeaseIn<'active'> }
  /** The same approval is already recorded. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'not-active'; readonly why: string }
  /** Why the requested time is not allowed. */
  | { readonly kind: 'out-of-range'; readonly why: string };

/** Plans an operator's approval. A newer approval replaces an older one. */
export function planApproval(lease: Lease, approval: Approval, now: EpochMs): ApprovalPlan {
  const { until } = approval;
  if (lease.state !== 'active') {
    return {
      kind: 'not-active',
      why: `the lease is ${lease.state}: only an active lease can be extended`,
    };
  }
  const { maxApproved } = policy.extension;
  if (until <= now || until > after(now, maxApproved)) {
    const why = `must be later than now, by at most ${maxApproved / 3_600_000} hours`;
    return { kind: 'out-of-range', why };
  }
  if (lease.approvedUntil === until) return { kind: 'unchanged' };
  return { kind: 'approve', lease: approveExtension(lease, approval, now) };
}

/**
 * The amount to lower the account's hold to, after an extension raised it and was not committed.
 * Null when there is nothing to lower, or when the extension may still be in progress.
 */
export function trimmedHold(lease: Lease, held: Hold, now: EpochMs): MicroUsd | null {
  const { amountMicroUsd } = lease.hold;
  const { raisedAt } = held;
  if (isOver(lease) || raisedAt === undefined || held.amountMicroUsd <= amountMicroUsd) return null;
  return between(raisedAt, now) < policy.extension.trimAfter ? null : amountMicroUsd;
}
