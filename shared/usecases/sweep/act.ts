// Carries out the actions of a sweep, one at a time. Each is decided again on the current records,
// each is safe to repeat, and a failed action does not stop the others.

import type { LeaseId } from '../../core/base/ids.ts';
import { pageOf } from '../../core/base/page.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { between, type EpochMs } from '../../core/base/time.ts';
import { recordAddress } from '../../core/lease/address.ts';
import { cancelledLease } from '../../core/lease/cancelled-lease.ts';
import { endPastDeadline } from '../../core/lease/deadline.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import { currentAttempt, type Lease } from '../../core/lease/lease.ts';
import { addEvent } from '../../core/lease/lease-moves.ts';
import type { Action } from '../../core/sweep/actions.ts';
import {
  type ActionOf,
  endFoundLease,
  findingEvent,
  recordMissingInstance,
  sentHeartbeatSince,
} from '../../core/sweep/carry-out.ts';
import type { HeldFor } from '../../core/sweep/lease-findings.ts';
import type { Acted, FailedAction } from '../../core/sweep/report.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import { answerAgain } from '../common/answer-workflow.ts';
import { applyOutbox, changeLease, loadLease, type Records } from '../common/change-lease.ts';
import { mustVouch } from '../common/listing.ts';
import { type SendPorts, sendAgain } from '../common/send-work.ts';
import { wakeLease } from '../common/wake-lease.ts';
import type { TeardownPorts } from '../lease/destroy-target.ts';
import { changeAndTearDown, changeAndWake } from '../lease/end-from-outside.ts';
import { type RestartPorts, restartLease, wakeOrRestartLease } from '../lease/restart-lease.ts';
import { tearDownNow } from '../lease/tear-down-now.ts';
import { applyReview } from '../ledger/review-account.ts';
import { endOverspentLease, growHoldOf, noteInstancePrice } from './money.ts';

export type ActPorts = RestartPorts & TeardownPorts & SendPorts & { readonly pulses: PulseStore };

/** Adds the event to the lease before the instance is destroyed. */
async function destroyFound(
  ports: ActPorts,
  provider: ProviderName,
  action: ActionOf<'destroy'>,
): Promise<void> {
  const event = findingEvent(action);
  if (event !== null) {
    await changeLease(ports, action.owner.leaseId, (lease, now) =>
      commitOnly(addEvent(lease, event, now)),
    );
  }
  const current = ports.providers(provider);
  // The key that showed it; when that was replaced meanwhile, the next sweep finds it again.
  const keys = [current, current.previous];
  await keys.find((each) => each?.key === action.under)?.destroy(action.id);
}

/** Destroys the instances of an ending lease now, without waiting for its workflow. */
async function drive(ports: ActPorts, id: LeaseId, go: (lease: Lease) => Promise<void>) {
  const lease = await loadLease(ports, id);
  if (lease.state !== 'ending') return go(lease);
  return tearDownNow(ports, lease, () => go(lease));
}

/**
 * A missing instance ends its lease only when the provider does not know it either, under the
 * account that created it, and nobody has heard from it since the listing. Returns why not.
 */
async function contradiction(ports: ActPorts, action: ActionOf<'end'>): Promise<string | null> {
  const { leaseId, instanceId, since } = action;
  if (since === null) return null;
  const attempt = currentAttempt(await loadLease(ports, leaseId));
  if (attempt === undefined) return null;
  if ((await (await mustVouch(ports, attempt)).get(instanceId)) !== 'absent') {
    return `listings do not show instance ${instanceId}, and a read of it does`;
  }
  const pulse = await ports.pulses.get(leaseId);
  return sentHeartbeatSince(pulse, since)
    ? `instance ${instanceId} is neither listed nor known, and its lease receives heartbeats`
    : null;
}

/** Returns the page for an operator when nothing is concluded. */
async function endFound(ports: ActPorts, provider: ProviderName, action: ActionOf<'end'>) {
  const { leaseId, instanceId, reason, why } = action;
  const against = await contradiction(ports, action);
  if (against !== null) return pageOf('contradiction', `${against}: nothing is concluded`);
  const record = reason === 'lost' ? await ports.sweeps.last(provider) : null;
  const { listLag } = ports.providers(provider).card;
  const found = { instanceId, reason, why, record, listLag };
  await changeAndWake(ports, leaseId, (lease, now) => endFoundLease(lease, found, now));
  return null;
}

/**
 * Writes the ended lease, so that no lease can start under its id; its outbox releases the hold.
 */
async function cancelHold(ports: Records, held: HeldFor): Promise<void> {
  const lease = cancelledLease(held, ports.clock.now());
  if ((await ports.leases.create(lease)) === 'created') await applyOutbox(ports, lease);
}

/**
 * Releases the hold of a lease whose outbox is empty: the account has its charge, so a late repeat
 * of the request placed this hold again.
 */
async function settleHold(ports: Records, { consumer, leaseId, hold }: HeldFor): Promise<void> {
  const { placedAt } = hold;
  await ports.accounts.settle({ consumer, leaseId, placedAt, charges: [] });
}

/** Carries out one action. Returns a page for an operator, if any. Throws what its calls throw. */
async function act(ports: ActPorts, provider: ProviderName, action: Action): Promise<unknown> {
  switch (action.kind) {
    case 'end-overdue':
      return changeAndTearDown(ports, action.leaseId, endPastDeadline);
    case 'end-overspent':
      return endOverspentLease(ports, action.leaseId);
    case 'note-price':
      return noteInstancePrice(ports, action.leaseId, action.reading);
    case 'note-address':
      return changeLease(ports, action.leaseId, (lease, now) =>
        commitOnly(recordAddress(lease, action, now)),
      );
    case 'grow-hold':
      return growHoldOf(ports, action.leaseId);
    case 'destroy':
      return destroyFound(ports, provider, action);
    case 'end':
      return endFound(ports, provider, action);
    case 'note-missing':
      return changeLease(ports, action.leaseId, (lease, now) =>
        commitOnly(recordMissingInstance(lease, action.since, now)),
      );
    case 'restart': {
      const { leaseId, generation } = action;
      const due = (lease: Lease) => lease.generation === generation;
      const restart = { due, why: 'the workflow execution is lost' };
      return drive(ports, leaseId, () => restartLease(ports, leaseId, restart));
    }
    case 'nudge':
      return drive(ports, action.leaseId, (lease) => wakeOrRestartLease(ports, lease));
    case 'wake':
      return wakeLease(ports, await loadLease(ports, action.leaseId));
    case 'answer-work':
      return answerAgain(ports, action.leaseId);
    case 'send-work':
      return sendAgain(ports, action.leaseId);
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

/** Carries out all actions in order, within the time limit since `startedAt`. */
export async function actAll(
  ports: ActPorts,
  provider: ProviderName,
  { actions, startedAt }: { readonly actions: readonly Action[]; readonly startedAt: EpochMs },
): Promise<Acted> {
  const failed: FailedAction[] = [];
  const pages: string[] = [];
  for (const [index, action] of actions.entries()) {
    if (between(startedAt, ports.clock.now()) > policy.sweep.maxDuration) {
      return { failed, left: actions.length - index, pages };
    }
    try {
      const page = await act(ports, provider, action);
      if (typeof page === 'string' && action.kind === 'end') pages.push(page);
    } catch (error) {
      failed.push({ action, error });
    }
  }
  return { failed, left: 0, pages };
}
