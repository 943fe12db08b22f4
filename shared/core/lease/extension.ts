// Whether a lease may serve longer, and what that takes. Money is raised on the account before the
// lease is committed: what a crash leaves in between is trimmed.

import type { ConsumerId } from '../base/ids.ts';
import { cost, formatUsd, type MicroUsd, sum } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type DurationMs, type EpochMs, isoTime, latest } from '../base/time.ts';
import type { Hold, HoldRefusal } from '../ledger/account.ts';
import { currentAttempt, isOver, type Lease, type LeaseIn } from './lease.ts';
import { approveExtension, extendLease } from './lease-moves.ts';

/** An instant can be asked for again and again; `added` time needs a key to be repeated safely. */
export type ExtensionAsk =
  | { readonly kind: 'until'; readonly until: EpochMs }
  | { readonly kind: 'more'; readonly added: DurationMs; readonly key: string };

/** The limit that binds, and the latest end it allows; or the budget's own refusal. */
export type ExtensionRefusal =
  | HoldRefusal
  | { readonly limit: 'lease-duration' | 'instance-availability'; readonly latest: EpochMs };

export type ExtensionPlan =
  /** The hold must be `holdMicroUsd` before the lease may run until `until`. */
  | { readonly kind: 'extend'; readonly until: EpochMs; readonly holdMicroUsd: MicroUsd }
  /** It runs that long already: asked before, or for no more than there is. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly refusal: ExtensionRefusal }
  | { readonly kind: 'not-active'; readonly why: string }
  | { readonly kind: 'key-reused' };

const NOT_YET = 'the lease is not active yet: its duration starts when it is active';

function endAsked(lease: LeaseIn<'active'>, ask: ExtensionAsk): EpochMs | 'known' | 'reused' {
  if (ask.kind === 'until') return ask.until;
  const before = lease.extensions.find(({ key }) => key === ask.key);
  if (before === undefined) return after(lease.deadline, ask.added);
  return before.added === ask.added ? 'known' : 'reused';
}

/** The longest anybody may ask for, or what an operator approved. */
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

/** What it takes to extend `lease`, decided from what it is at `now`. It never shortens a lease. */
export function planExtension(lease: Lease, ask: ExtensionAsk, now: EpochMs): ExtensionPlan {
  if (isOver(lease))
    return { kind: 'not-active', why: `the lease is ${lease.state}: ${lease.reason}` };
  if (lease.state !== 'active') return { kind: 'not-active', why: NOT_YET };
  const until = endAsked(lease, ask);
  if (until === 'reused') return { kind: 'key-reused' };
  if (until === 'known' || until <= lease.deadline) return { kind: 'unchanged' };
  // Its instance has been told to stop by now, and somebody is about to end it.
  if (now >= lease.deadline)
    return { kind: 'not-active', why: 'the lease has reached its deadline' };
  const refusal = refusalFor(lease, until);
  if (refusal !== null) return { kind: 'refused', refusal };
  const more = cost(lease.hold.rateMicroUsdPerHour, between(lease.deadline, until));
  return { kind: 'extend', until, holdMicroUsd: sum(lease.hold.amountMicroUsd, more) };
}

/** An extension whose hold is raised: as it was planned, for which lease, and since when. */
export type RaisedExtension = {
  readonly planned: Lease;
  readonly plan: Extract<ExtensionPlan, { kind: 'extend' }>;
  readonly ask: ExtensionAsk;
  readonly raisedAt: EpochMs;
};

/** The lease as extended; null when it changed since it was planned for, or that took too long. */
export function applyExtension(
  lease: Lease,
  { planned, plan, ask, raisedAt }: RaisedExtension,
  now: EpochMs,
): LeaseIn<'active'> | null {
  const late = between(raisedAt, now) > policy.extension.commitWithin || now >= lease.deadline;
  if (lease.version !== planned.version || lease.state !== 'active' || late) return null;
  const { until, holdMicroUsd } = plan;
  const asked = ask.kind === 'more' ? [{ key: ask.key, added: ask.added }] : [];
  const reason = `extended until ${isoTime(until)}; the hold is now ${formatUsd(holdMicroUsd)}`;
  return extendLease(lease, { until, holdMicroUsd, asked, reason }, now);
}

export type Approval = {
  readonly until: EpochMs;
  readonly by: ConsumerId;
  readonly why: string;
};

export type ApprovalPlan =
  | { readonly kind: 'approve'; readonly lease: LeaseIn<'active'> }
  /** It is approved until then already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'not-active'; readonly why: string }
  /** What is wrong with the instant that was asked for. */
  | { readonly kind: 'out-of-range'; readonly why: string };

/** What an operator's approval makes of the lease; a newer one takes the place of the older. */
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
 * What the account's hold of a lease must be lowered to: an extension raised it and was never
 * committed. Null when nothing is to be trimmed, or when that extension may still be under way.
 */
export function trimmedHold(lease: Lease, held: Hold, now: EpochMs): MicroUsd | null {
  const { amountMicroUsd } = lease.hold;
  const { raisedAt } = held;
  if (isOver(lease) || raisedAt === undefined || held.amountMicroUsd <= amountMicroUsd) return null;
  return between(raisedAt, now) < policy.extension.trimAfter ? null : amountMicroUsd;
}
