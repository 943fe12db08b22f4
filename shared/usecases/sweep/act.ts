// Carries out what a sweep decided, one action at a time. Each is decided once more on what is
// there now, each is safe to repeat, and a failed one does not stop the others.

import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { between, type EpochMs } from '../../core/base/time.ts';
import { recordSighting } from '../../core/instance/attempt-moves.ts';
import { cancelledLease } from '../../core/lease/cancelled-lease.ts';
import { currentAttempt, type Lease, type LeaseIn } from '../../core/lease/lease.ts';
import { endLease, note, withAttempt } from '../../core/lease/lease-moves.ts';
import type { Action } from '../../core/sweep/actions.ts';
import type { HeldFor } from '../../core/sweep/lease-findings.ts';
import { lastShown } from '../../core/sweep/record.ts';
import { applyOutbox, changeLease, loadLease, type Records } from '../common/change-lease.ts';
import type { Sight } from '../common/listing.ts';
import { wakeLease } from '../common/wake-lease.ts';
import type { TeardownPorts } from '../lease/destroy-target.ts';
import { changeAndTearDown, changeAndWake } from '../lease/end-from-outside.ts';
import { pastDeadline } from '../lease/enforce-deadline.ts';
import { type RestartPorts, restartLease, wakeOrRestartLease } from '../lease/restart-lease.ts';
import { tearDownNow } from '../lease/tear-down-now.ts';
import { applyReview } from '../ledger/review-account.ts';
import { endOverspent, growOutgrown, notePrice } from './money.ts';

export type ActPorts = RestartPorts & TeardownPorts & Sight;

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

const FOUND = {
  twin: 'is not the instance of this lease: it is destroyed at once, what it cost is on this lease',
  orphan: 'outlived this lease: it is destroyed at once, what it cost is on this lease',
} as const;

/** The lease says whom it found before the instance is destroyed; once, however long that takes. */
async function destroyFound(ports: ActPorts, provider: ProviderName, action: Of<'destroy'>) {
  const { id, owner, found, again } = action;
  if (found !== 'unrecorded' && !again) {
    const reason = `${id}, made by attempt ${owner.attempt}, ${FOUND[found]}`;
    await changeLease(ports, owner.leaseId, (lease, now) => ({
      commit: note(lease, { type: `${found}-found`, reason }, now),
      result: null,
    }));
  }
  await ports.providers(provider).destroy(id);
}

/** Ends it as its schedule would, without setting one: the sweep comes back by itself. */
async function endOverdue(ports: ActPorts, id: LeaseId): Promise<void> {
  await changeAndTearDown(ports, id, pastDeadline);
}

/** Whom nothing drives doesn't wait for what may not come: an ending lease's machines go now. */
async function drive(ports: ActPorts, id: LeaseId, go: (lease: Lease) => Promise<void>) {
  const lease = await loadLease(ports, id);
  if (lease.state !== 'ending') return go(lease);
  return tearDownNow(ports, lease, () => go(lease));
}

/** Its machine was last listed then: it is charged no longer, unless it was heard since. */
function missed(lease: LeaseIn<'ending'>, at: EpochMs | null): LeaseIn<'ending'> {
  const attempt = currentAttempt(lease);
  if (attempt?.state !== 'created' || at === null) return lease;
  return withAttempt(lease, recordSighting(attempt, at));
}

/** A ghost ends only when the provider itself doesn't know its machine. */
async function endFound(ports: ActPorts, provider: ProviderName, action: Of<'end'>) {
  const { leaseId, instanceId, reason, why } = action;
  if (reason === 'lost' && (await ports.providers(provider).get(instanceId)) !== 'absent') return;
  const record = reason === 'lost' ? await ports.sweeps.last(provider) : null;
  const { listLag } = ports.providers(provider).card;
  const shown = (lease: LeaseIn<'active'>) => lastShown(record, lease, listLag);
  await changeAndWake(ports, leaseId, (current, now) => {
    const mine = current.state === 'active' && current.instanceId === instanceId;
    if (!mine) return null;
    const ending = endLease(current, { reason, why }, now);
    return reason === 'lost' ? missed(ending, shown(current)) : ending;
  });
}

/** First the ended lease, so that nothing can begin under its id; its outbox returns the hold. */
async function cancelHold(ports: Records, held: HeldFor): Promise<void> {
  const lease = cancelledLease(held, ports.clock.now());
  if ((await ports.leases.create(lease)) === 'created') await applyOutbox(ports, lease);
}

async function settleHold(ports: Records, { consumer, leaseId, lease }: HeldFor): Promise<void> {
  if (lease?.state !== 'ended') return;
  await ports.accounts.settle({ consumer, leaseId, charged: lease.chargedMicroUsd });
}

/** Carries one action out. Throws what its calls throw. */
async function act(ports: ActPorts, provider: ProviderName, action: Action): Promise<unknown> {
  switch (action.kind) {
    case 'end-overdue':
      return endOverdue(ports, action.leaseId);
    case 'end-overspent':
      return endOverspent(ports, action.leaseId);
    case 'note-price':
      return notePrice(ports, action.leaseId, action.rate);
    case 'grow-hold':
      return growOutgrown(ports, action.leaseId);
    case 'destroy':
      return destroyFound(ports, provider, action);
    case 'end':
      return endFound(ports, provider, action);
    case 'restart': {
      const { leaseId, generation } = action;
      const due = (lease: Lease) => lease.generation === generation;
      const restart = { due, why: 'its execution is gone' };
      return drive(ports, leaseId, () => restartLease(ports, leaseId, restart));
    }
    case 'nudge':
      return drive(ports, action.leaseId, (lease) => wakeOrRestartLease(ports, lease));
    case 'wake':
      return wakeLease(ports, action.leaseId);
    case 'apply-outbox':
      return loadLease(ports, action.leaseId);
    case 'review-account':
      return applyReview(ports, action.found);
    case 'cancel-hold':
      return cancelHold(ports, action.held);
    case 'settle-hold':
      return settleHold(ports, action.held);
    case 'trim-hold': {
      const { consumer, leaseId, hold: from } = action.held;
      return ports.accounts.lower({ consumer, leaseId, from, to: action.to });
    }
  }
}

export type Trouble = { readonly action: Action; readonly error: unknown };

export type Acted = {
  readonly failed: readonly Trouble[];
  /** How many were left to the next sweep, for want of time. */
  readonly left: number;
};

/** Carries out all actions in their order, as far as the time since `startedAt` allows. */
export async function actAll(
  ports: ActPorts,
  provider: ProviderName,
  { actions, startedAt }: { readonly actions: readonly Action[]; readonly startedAt: EpochMs },
): Promise<Acted> {
  const failed: Trouble[] = [];
  for (const [index, action] of actions.entries()) {
    if (between(startedAt, ports.clock.now()) > policy.sweep.longest) {
      return { failed, left: actions.length - index };
    }
    try {
      await act(ports, provider, action);
    } catch (error) {
      failed.push({ action, error });
    }
  }
  return { failed, left: 0 };
}
