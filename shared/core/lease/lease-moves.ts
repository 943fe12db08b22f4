// The only legal moves of a lease: requested -> launching -> booting -> active -> ending -> ended,
// any state before `ending` to `ending`, and booting -> launching when an attempt is retired or
// searched for. The types are the state diagram: a move that isn't listed here does not compile.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { formatUsd, type MicroUsd, signedMicroUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { after, between, type EpochMs, isoTime, type Month, monthOf } from '../base/time.ts';
import type { AbsenceProof } from '../instance/absence.ts';
import { type Attempt, isClosed } from '../instance/attempt.ts';
import { type Intent, recordAttempt } from '../instance/attempt-moves.ts';
import type { Offer } from '../instance/offer.ts';
import type { NodeFacts } from '../instance/pulse.ts';
import type { Hold, HoldPart } from '../ledger/account.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { newestMonth, raisedTo, risesOf } from '../ledger/hold-parts.ts';
import type { EndReason, Lease, LeaseIn, Open, Starting, Terms } from './lease.ts';
import { settlementOf } from './settlement.ts';

export type NewEvent = { readonly type: string; readonly reason: string };

/** Adds an event to the outbox. */
export function addEvent<L extends Lease>(lease: L, event: NewEvent, now: EpochMs): L {
  const seq = lease.lastEvent + 1;
  const events = [...lease.outbox.events, { seq, at: now, ...event }];
  return { ...lease, lastEvent: seq, outbox: { ...lease.outbox, events } };
}

/** Adds a ledger entry to the outbox. Without a month it belongs to the newest one of the hold. */
export function addEntry<L extends Lease>(
  lease: L,
  item: Pick<LedgerEntry, 'kind' | 'charge' | 'why' | 'by' | 'provider'> & { month?: Month },
  amountMicroUsd: MicroUsd,
): L {
  const seq = lease.lastEntry + 1;
  const { id: leaseId, consumer, hold } = lease;
  const at = lease.outbox.events.at(-1)?.at ?? lease.requestedAt;
  const entry = { leaseId, consumer, seq, month: newestMonth(hold), at, ...item, amountMicroUsd };
  const entries = [...lease.outbox.entries, entry];
  return { ...lease, lastEntry: seq, outbox: { ...lease.outbox, entries } };
}

/** Adds an entry for each part, in the month of the part. */
export const addParts = <L extends Lease>(
  lease: L,
  kind: LedgerEntry['kind'],
  parts: readonly HoldPart[],
): L =>
  parts.reduce(
    (entering, { month, amountMicroUsd }) => addEntry(entering, { kind, month }, amountMicroUsd),
    lease,
  );

export type Request = {
  readonly id: LeaseId;
  readonly consumer: ConsumerId;
  readonly requestHash: string;
  readonly terms: Terms;
  readonly env: Readonly<Record<string, string>>;
  readonly hold: Hold;
  /** The launch bound: the lease ends at this time if it never becomes active. */
  readonly deadline: EpochMs;
};

/** The new lease. Its hold is already placed. */
export function requestLease(request: Request, now: EpochMs): LeaseIn<'requested'> {
  const lease: LeaseIn<'requested'> = {
    ...request,
    env: { ...request.env },
    state: 'requested',
    version: 1,
    generation: 1,
    requestedAt: now,
    dueBy: after(now, policy.step.due),
    attempts: [],
    work: null,
    lastEvent: 0,
    lastEntry: 0,
    outbox: { events: [], entries: [] },
    chosen: null,
  };
  const held = formatUsd(request.hold.amountMicroUsd);
  const reason = `accepted; a hold of ${held} covers the worst case`;
  const noted = addEvent(lease, { type: 'lease-requested', reason }, now);
  return addEntry(noted, { kind: 'hold-placed' }, request.hold.amountMicroUsd);
}

/** Sets the offer that the next attempt takes. */
export function chooseOffer(
  lease: Starting,
  choice: { readonly offer: Offer; readonly reason: string },
  now: EpochMs,
): Starting {
  const event = { type: 'offer-chosen', reason: choice.reason };
  return addEvent({ ...lease, chosen: choice.offer }, event, now);
}

/** Records the intent to create. All previous attempts are over. */
export function startAttempt(lease: Starting, intent: Intent, now: EpochMs): LeaseIn<'launching'> {
  invariant(lease.attempts.every(isClosed), 'an attempt starts only when all others are over');
  const attempts = [...lease.attempts, recordAttempt(intent, now)];
  const landed = isoTime(intent.mayLandUntil);
  const reason = `attempt ${intent.number} is recorded; its instance may appear until ${landed}`;
  const launching = { ...lease, state: 'launching' as const, attempts, chosen: null };
  return addEvent(launching, { type: 'attempt-recorded', reason }, now);
}

/** Replaces the attempt of the same number; the lease's state stays. */
export function withAttempt<L extends Lease>(lease: L, attempt: Attempt): L {
  const attempts = lease.attempts.map((old) => (old.number === attempt.number ? attempt : old));
  return { ...lease, attempts };
}

/** Moves the lease to `booting`: the instance of the last attempt exists. */
export function confirmInstance(lease: LeaseIn<'launching'>, attempt: Attempt): LeaseIn<'booting'> {
  invariant(attempt.state === 'created', 'only a created instance boots');
  return withAttempt({ ...lease, state: 'booting' }, attempt);
}

/** Back to `launching`: the id of the last attempt was another instance's. */
export function searchAgain(lease: LeaseIn<'booting'>, attempt: Attempt): LeaseIn<'launching'> {
  invariant(attempt.state === 'unknown', 'only an unanswered create is searched for');
  return withAttempt({ ...lease, state: 'launching' }, attempt);
}

export type Readiness = {
  readonly attempt: Attempt;
  readonly deadline: EpochMs;
  readonly ssh: LeaseIn<'active'>['ssh'];
  readonly facts: NodeFacts | null;
  readonly reason: string;
};

/** Moves the lease to `active`: its duration starts, and the write-only values are dropped. */
export function activate(
  lease: LeaseIn<'booting'>,
  ready: Readiness,
  now: EpochMs,
): LeaseIn<'active'> {
  const { attempt, deadline, ssh, facts, reason } = ready;
  invariant(attempt.state === 'created', 'only a created instance can become active');
  const { env: _env, chosen: _chosen, ...kept } = withAttempt(lease, attempt);
  const { instanceId } = attempt;
  const active = {
    ...kept,
    state: 'active',
    instanceId,
    activeAt: now,
    deadline,
    ssh,
    facts,
    approvedUntil: null,
    extensions: [],
    warnedBefore: null,
    idleWarned: null,
    missingSince: null,
  } satisfies LeaseIn<'active'>;
  return addEvent(active, { type: 'lease-active', reason }, now);
}

export type Extension = {
  readonly until: EpochMs;
  /** The whole new hold; the account already holds it. */
  readonly hold: Hold;
  /** The key of the request, to recognize a repeat. */
  readonly asked: LeaseIn<'active'>['extensions'];
  readonly reason: string;
};

/** Extends the lease. Its warnings are given again for the new end. */
export function extendLease(
  lease: LeaseIn<'active'>,
  { until, hold, asked, reason }: Extension,
  now: EpochMs,
): LeaseIn<'active'> {
  invariant(until > lease.deadline, 'an extension never shortens a lease');
  const { terms, activeAt } = lease;
  const extended = {
    ...lease,
    deadline: until,
    warnedBefore: null,
    terms: { ...terms, duration: between(activeAt, until) },
    hold,
    extensions: [...lease.extensions, ...asked].slice(-policy.extension.keysKept),
  };
  const noted = addEvent(extended, { type: 'lease-extended', reason }, now);
  return addParts(noted, 'hold-raised', risesOf(lease.hold, hold));
}

/** Raises the hold of a lease whose teardown is refused; the difference is an overrun. */
export function growHold(lease: LeaseIn<'ending'>, to: MicroUsd, now: EpochMs): LeaseIn<'ending'> {
  const { hold } = lease;
  invariant(to > hold.amountMicroUsd, 'a hold only grows');
  const grown = { ...lease, hold: raisedTo(hold, to, monthOf(now)) };
  const reason = `teardown is refused and costs continue; the hold is now ${formatUsd(to)}`;
  const noted = addEvent(grown, { type: 'hold-outgrown', reason }, now);
  return addParts(noted, 'overrun', risesOf(hold, grown.hold));
}

/** Records that an operator allows extensions beyond the maximum duration. */
export function approveExtension(
  lease: LeaseIn<'active'>,
  approval: { readonly until: EpochMs; readonly by: ConsumerId; readonly why: string },
  now: EpochMs,
): LeaseIn<'active'> {
  const { until, by, why } = approval;
  const reason = `${by} approved extensions until ${isoTime(until)}: ${why}`;
  return addEvent({ ...lease, approvedUntil: until }, { type: 'extension-approved', reason }, now);
}

/** Moves the lease to `ending`. Every lease ends through this function, with a reason. */
export function endLease(
  lease: Open,
  end: { readonly reason: EndReason; readonly why: string },
  now: EpochMs,
): LeaseIn<'ending'> {
  const ending: LeaseIn<'ending'> = {
    ...kept(lease),
    state: 'ending',
    reason: end.reason,
    endingAt: now,
    activeAt: lease.state === 'active' ? lease.activeAt : null,
    absentSince: null,
  };
  return addEvent(ending, { type: 'lease-ending', reason: `${end.reason}: ${end.why}` }, now);
}

/** The fields that every state has, without those of the current state. */
function kept(lease: Open | LeaseIn<'ending'>) {
  const { id, consumer, requestHash, terms, hold, version, generation } = lease;
  const { requestedAt, dueBy, deadline, attempts, work, lastEvent, lastEntry, outbox } = lease;
  return {
    ...{ id, consumer, requestHash, terms, hold, version, generation },
    ...{ requestedAt, dueBy, deadline, attempts, work, lastEvent, lastEntry, outbox },
  };
}

/**
 * Moves the lease to `ended`. Requires the proof that no instance of the lease exists. The outbox
 * carries the final charge and the release of the rest of the hold.
 */
export function closeLease(
  lease: LeaseIn<'ending'>,
  proof: AbsenceProof,
  now: EpochMs,
): LeaseIn<'ended'> {
  invariant(lease.attempts.every(isClosed), 'a lease ends only when all attempts are over');
  const { charged, reserves, overrun, entries, reason } = settlementOf(lease, now);
  const ended: LeaseIn<'ended'> = {
    ...kept(lease),
    state: 'ended',
    reason: lease.reason,
    endingAt: lease.endingAt,
    activeAt: lease.activeAt,
    endedAt: now,
    proof,
    chargedMicroUsd: charged,
    correctedMicroUsd: signedMicroUsd(0),
    reserves: [...reserves],
    truedUp: {},
    corrections: [],
  };
  const more = {
    type: 'hold-outgrown',
    reason: `the charge exceeds the hold by ${formatUsd(overrun)}`,
  };
  const withOverrun = overrun > 0 ? addEvent(ended, more, now) : ended;
  const noted = addEvent(withOverrun, { type: 'lease-ended', reason }, now);
  return entries.reduce((entering, { item, amount }) => addEntry(entering, item, amount), noted);
}
