// Launch instance: records the attempt, then calls create once. The response may be lost although
// an instance exists. The attempt is recorded with its tag before the call, so that Find launched,
// teardown and the sweep can find the instance.

import type { EpochMs } from '../../../core/base/time.ts';
import { type BootWait, bootWait } from '../../../core/instance/card.ts';
import type { NodeSetup } from '../../../core/instance/launch.ts';
import type { TagReader } from '../../../core/instance/sighting.ts';
import {
  decideIntent,
  type Intended,
  mayCallCreate,
  nextPulse,
} from '../../../core/lease/launch-intent.ts';
import {
  applyCreateAnswer,
  type CreateAnswer,
  callResultOf,
  takesOffer,
} from '../../../core/lease/launch-outcome.ts';
import { chosenOffer, type Lease } from '../../../core/lease/lease.ts';
import { detour, type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import { isOffered } from '../../../core/menu/snapshot.ts';
import { frozenFor } from '../../../core/operations/freeze.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import type { MenuStore } from '../../../ports/menu-store.ts';
import type { OfferMarks } from '../../../ports/offer-marks.ts';
import type { Passes } from '../../../ports/passes.ts';
import type { ProviderAccountStore } from '../../../ports/provider-account-store.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { accountForCreate } from '../../common/account-for-create.ts';
import { changeLease, loadLease } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';
import { attachKey } from '../attach-key.ts';
import { type ChoosingPorts, chooseFrom } from '../choose-from.ts';

export type LaunchPorts = ChoosingPorts &
  TagReader & {
    readonly providers: Providers;
    readonly providerAccounts: ProviderAccountStore;
    readonly pulses: PulseStore;
    readonly freezes: FreezeStore;
    readonly menu: MenuStore;
    readonly marks: OfferMarks;
    readonly passes: Passes;
    /** The agent and its environment; empty when instances have no endpoint to call. */
    readonly nodeSetup: (lease: Lease, attempt: number) => NodeSetup;
  };

export type LaunchInput = StepInput & {
  /** Whether the worker still has the message of this turn; otherwise it must not create. */
  readonly isHeld: () => boolean;
};

/**
 * At its turn, the chosen offer may be another lease's: then it takes the best one that is left at
 * the same provider. Returns the detour when none is left there. Throws StoreDown, Conflict.
 */
async function chooseAgain(
  ports: LaunchPorts,
  input: StepInput,
  lease: Lease,
): Promise<StepOutcome<never> | null> {
  const chosen = chosenOffer(lease);
  if (chosen === null) return null;
  const snapshot = await ports.menu.current(chosen.provider);
  if (snapshot === null || isOffered(snapshot, chosen)) return null;
  const freezes = await ports.freezes.concerning(lease.consumer);
  const menu = { snapshots: [snapshot], freezes, replaces: chosen.id };
  const outcome = await chooseFrom(ports, input, menu);
  if (outcome.kind === 'done') return null;
  const isNone = outcome.kind === 'no-offer' || outcome.kind === 'over-budget';
  return isNone ? detour('offer-gone', outcome.reason) : outcome;
}

/**
 * Starts the pulse of the next attempt. It comes first, so that no other write is between the
 * intent and create.
 */
async function startPulse(ports: LaunchPorts, lease: Lease): Promise<void> {
  const pulse = nextPulse(lease, ports.clock.now());
  if (pulse !== null) await ports.pulses.start(pulse);
}

/** A local clock may run faster than the calls that it limits. */
const realNow = ({ clock }: LaunchPorts): EpochMs => clock.realNow?.() ?? clock.now();

/**
 * Takes the pass of the create call, then commits the attempt, so that nothing stands between
 * intent and create. Only the caller whose write succeeds gets an `Intended`.
 */
async function recordIntent(ports: LaunchPorts, input: StepInput, before: Lease) {
  const { deployment, signer, nodeSetup, providers } = ports;
  const account = await accountForCreate(ports, before);
  const freezes = await ports.freezes.concerning(before.consumer);
  const cardOf = (provider: Parameters<Providers>[0]) => providers(provider).card;
  const facts = { input, deployment, signer, nodeSetup, cardOf, account };
  const chosen = chosenOffer(before);
  const pass = chosen === null ? null : await ports.passes.take(chosen.provider, 'launch');
  const passedAt = realNow(ports);
  const { result } = await changeLease<StepOutcome<BootWait> | Intended>(
    ports,
    input.leaseId,
    (lease, now) =>
      decideIntent(lease, { ...facts, frozen: frozenFor(freezes, lease.consumer) }, now),
  );
  return { pass, passedAt, intended: result };
}

/** Calls create, unless too much time has passed since its pass, or the message is lost. */
async function create(
  ports: LaunchPorts,
  { attempt, spec }: Intended,
  { passedAt, isHeld }: Pick<LaunchInput, 'isHeld'> & { readonly passedAt: EpochMs },
): Promise<CreateAnswer> {
  if (!isHeld() || !mayCallCreate(passedAt, realNow(ports))) return { kind: 'too-late' };
  return ports.providers(attempt.offer.provider).create(attempt.tag, attempt.offer, spec);
}

/** One attempt: a pass, the intent, one create call, its outcome. */
async function launch(ports: LaunchPorts, input: LaunchInput): Promise<StepOutcome<BootWait>> {
  const before = await loadLease(ports, input.leaseId);
  // An unreadable freeze must not keep a lease from ending.
  const skip = stopReason(before, input, ports.clock.now());
  if (skip !== null) return skip;
  const outbid = await chooseAgain(ports, input, before);
  if (outbid !== null) return outbid;
  await startPulse(ports, before);
  const { pass, passedAt, intended } = await recordIntent(ports, input, before);
  if ('kind' in intended) return intended;
  const { number, offer } = intended.attempt;
  const answer = await create(ports, intended, { passedAt, isHeld: input.isHeld });
  // Until the commit below, an instance may exist that only the recorded tag identifies.
  const boot = bootWait(ports.providers(offer.provider).card);
  const { result } = await changeLease(ports, input.leaseId, (lease, now) =>
    applyCreateAnswer(lease, { attempt: number, answer, boot }, now),
  );
  // After the commit: both are hints for other leases, and this lease does not depend on them.
  if (answer.kind !== 'too-late') await pass?.note(callResultOf(answer));
  if (takesOffer(answer)) await ports.marks.mark(offer, ports.clock.now());
  return result;
}

/**
 * One attempt, then the SSH key of its instance. A repeat never creates twice: it finds the
 * recorded attempt and searches for its instance. Detours: offer-gone, outcome-unknown,
 * rate-limited and not-called (come again), lease-over, superseded. Throws StoreDown, Conflict.
 */
export function createLaunchInstance(ports: LaunchPorts) {
  return async (input: LaunchInput): Promise<StepOutcome<BootWait>> => {
    const outcome = await launch(ports, input);
    if (outcome.kind === 'done') await attachKey(ports, input.leaseId);
    return outcome;
  };
}
