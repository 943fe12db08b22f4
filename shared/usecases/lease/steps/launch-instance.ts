// Launch instance: commit the intent, then call create once. An instance may come to exist between
// these two without our learning of it. The attempt is on record with its tag before the call, so
// that Find launched, teardown and the sweep can all find it.

import { type BootWait, bootWait } from '../../../core/instance/card.ts';
import type { NodeSetup } from '../../../core/instance/launch.ts';
import type { TagReader } from '../../../core/instance/sighting.ts';
import {
  decideIntent,
  type Intended,
  mayCallCreate,
  nextPulse,
} from '../../../core/lease/launch-intent.ts';
import { applyCreateAnswer, type CreateAnswer } from '../../../core/lease/launch-outcome.ts';
import type { Lease } from '../../../core/lease/lease.ts';
import type { StepInput, StepOutcome } from '../../../core/lease/step.ts';
import { frozenFor } from '../../../core/operations/freeze.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import type { GoneOffers } from '../../../ports/gone-offers.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';

export type LaunchPorts = Records &
  TagReader & {
    readonly providers: Providers;
    readonly pulses: PulseStore;
    readonly freezes: FreezeStore;
    readonly goneOffers: GoneOffers;
    /** The agent and what it needs to phone home; nothing when instances have nowhere to call. */
    readonly nodeSetup: (lease: Lease, attempt: number) => NodeSetup;
  };

/**
 * Lets the next attempt's instance heartbeat. It comes first, so that nothing lies before create.
 */
async function startPulse(ports: LaunchPorts, lease: Lease): Promise<void> {
  const pulse = nextPulse(lease);
  if (pulse !== null) await ports.pulses.start(pulse);
}

/** Commits the attempt; only the winner of this write gets an `Intended` back. */
async function recordIntent(ports: LaunchPorts, input: StepInput) {
  const { deployment, signer, nodeSetup, providers } = ports;
  const freezes = await ports.freezes.all();
  const cardOf = (provider: Parameters<Providers>[0]) => providers(provider).card;
  const facts = { input, deployment, signer, nodeSetup, cardOf };
  return changeLease<StepOutcome<BootWait> | Intended>(ports, input.leaseId, (lease, now) =>
    decideIntent(lease, { ...facts, frozen: frozenFor(freezes, lease.consumer) }, now),
  );
}

/** The create call, unless too much time has passed since the intent to be sure of its bounds. */
async function create(ports: LaunchPorts, { attempt, spec }: Intended): Promise<CreateAnswer> {
  if (!mayCallCreate(attempt, ports.clock.now())) return { kind: 'too-late' };
  return ports.providers(attempt.offer.provider).create(attempt.tag, attempt.offer, spec);
}

/**
 * One attempt: intent, one create call, its answer. Repeating never creates twice: whoever finds
 * another's intent goes looking instead. Detours: offer-gone, outcome-unknown, rate-limited and
 * not-called (come again), lease-over, superseded. Throws StoreDown, Conflict.
 */
export function createLaunchInstance(ports: LaunchPorts) {
  return async (input: StepInput): Promise<StepOutcome<BootWait>> => {
    await startPulse(ports, await loadLease(ports, input.leaseId));
    const { result: intended } = await recordIntent(ports, input);
    if ('kind' in intended) return intended;
    const { number, offer } = intended.attempt;
    const answer = await create(ports, intended);
    // From here until the commit below an instance may exist that only the recorded tag leads to.
    const boot = bootWait(ports.providers(offer.provider).card);
    const { result } = await changeLease(ports, input.leaseId, (lease, now) =>
      applyCreateAnswer(lease, { attempt: number, answer, boot }, now),
    );
    // After the commit: it is a hint to other leases, and nothing of this one depends on it.
    if (answer.kind === 'offer-gone') await ports.goneOffers.passOver(offer, ports.clock.now());
    return result;
  };
}
