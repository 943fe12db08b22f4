// Extend: raises the hold, then commits the lease, which makes the extension valid, then updates
// the schedule and wakes the workflow. A crash before the commit leaves only a raised hold, which
// the sweep lowers; a crash after it leaves a schedule that fires early.

import type { Caller } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import {
  applyExtension,
  type ExtensionAsk,
  type ExtensionRefusal,
  planExtension,
  type RaisedExtension,
} from '../../core/lease/extension.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { requireVisible } from '../../core/lease/visible.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { changeLease, loadLease, type Records } from '../common/change-lease.ts';
import { setAlarm } from '../common/set-alarm.ts';
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

/** The extended lease; null when the lease changed since the plan, or the plan is too old. */
async function commit(ports: ExtendLeasePorts, raised: RaisedExtension): Promise<Lease | null> {
  const { lease, result } = await changeLease(ports, raised.planned.id, (current, now) => {
    const extended = applyExtension(current, raised, now);
    return { commit: extended, result: extended === null ? 'changed' : 'committed' };
  });
  return result === 'committed' ? lease : null;
}

/** Safe to lose or repeat: a schedule that fires early checks again, and a wake carries no data. */
async function announce(ports: ExtendLeasePorts, lease: Lease): Promise<ExtendOutcome> {
  await setAlarm(ports, lease);
  await wakeLease(ports, lease);
  return { kind: 'extended', lease };
}

/** One try: its outcome, or null after a version conflict. */
async function round(ports: ExtendLeasePorts, input: ExtendInput): Promise<ExtendOutcome | null> {
  const { leaseId, caller, ask } = input;
  const planned = requireVisible(await loadLease(ports, leaseId), caller);
  const plan = planExtension(planned, ask, ports.clock.now());
  if (plan.kind === 'unchanged') return announce(ports, planned);
  if (plan.kind !== 'extend') return plan;
  const { consumer } = planned;
  const raisedAt = ports.clock.now();
  const raise = { consumer, leaseId, to: plan.holdMicroUsd, at: raisedAt };
  const placed = await ports.accounts.raise(raise);
  if (placed.kind === 'refused') return placed;
  // Until the commit below, the account holds more than the lease: after a crash the sweep lowers
  // it.
  const extended = await commit(ports, { planned, plan, ask, held: placed.hold, raisedAt });
  return extended === null ? null : announce(ports, extended);
}

/**
 * Extends an active lease, or returns why not; a refusal changes nothing. Safe to repeat with the
 * same end time or the same key: it completes an interrupted extension. Throws NotFound, StoreDown,
 * ProviderDown, Conflict.
 */
export function createExtendLease(ports: ExtendLeasePorts) {
  return async (input: ExtendInput): Promise<ExtendOutcome> => {
    for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
      const outcome = await round(ports, input);
      if (outcome !== null) return outcome;
    }
    throw new Failure(
      'Conflict',
      `version conflict: lease ${input.leaseId} changed during every retry`,
    );
  };
}
