// Launch instance: commit the intent, then call create once. Between the two lines lies the danger
// this product exists for: a machine whose creation nobody learned of. The attempt is on record
// with its tag before the call, so that Find launched, teardown and the sweep can all find it.

import type { DeploymentId } from '../../../core/base/ids.ts';
import { invariant } from '../../../core/base/invariant.ts';
import { policy } from '../../../core/base/policy/policy.ts';
import { after, between, type EpochMs } from '../../../core/base/time.ts';
import {
  type Attempt,
  type AttemptIn,
  type AttemptReason,
  isUnanswered,
} from '../../../core/instance/attempt.ts';
import {
  confirmAttempt,
  markOutcomeUnknown,
  refuseAttempt,
} from '../../../core/instance/attempt-moves.ts';
import { type BootWait, bootWait, createWindow } from '../../../core/instance/card.ts';
import type { CreateOutcome, LaunchSpec, NodeSetup } from '../../../core/instance/launch.ts';
import { type Signer, tagOf } from '../../../core/instance/ownership.ts';
import {
  currentAttempt,
  isOver,
  isStarting,
  type Lease,
  type Starting,
} from '../../../core/lease/lease.ts';
import {
  beginAttempt,
  confirmInstance,
  note,
  withAttempt,
} from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import type { FreezeStore } from '../../../ports/freeze-store.ts';
import type { GoneOffers } from '../../../ports/gone-offers.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';
import { dropFrozenOffer, endByFreeze } from '../../operations/frozen.ts';

export type LaunchPorts = Records & {
  readonly providers: Providers;
  readonly pulses: PulseStore;
  readonly freezes: FreezeStore;
  readonly goneOffers: GoneOffers;
  readonly deployment: DeploymentId;
  readonly signer: Signer;
  /** The agent and what it needs to phone home; nothing when machines have nowhere to call. */
  readonly nodeSetup: (lease: Lease, attempt: number) => NodeSetup;
};

type Intended = { readonly attempt: Attempt; readonly spec: LaunchSpec; readonly at: EpochMs };

const specOf = (lease: Starting, { env, agent }: NodeSetup): LaunchSpec => ({
  image: lease.terms.image,
  diskGb: lease.terms.requirement.diskGb,
  env: { ...lease.env, ...env },
  startScript: lease.terms.startScript,
  agent,
  sshPublicKey: lease.terms.sshPublicKey,
});

/** Lets the next attempt's machine beat. It comes first, so that nothing lies before create. */
async function startPulse(ports: LaunchPorts, lease: Lease): Promise<void> {
  if (!isStarting(lease) || lease.chosen === null) return;
  await ports.pulses.start({
    leaseId: lease.id,
    consumer: lease.consumer,
    attempt: lease.attempts.length + 1,
    liveness: lease.terms.liveness,
    silenceLimit: lease.terms.silenceLimit,
    idle: lease.terms.idle,
    endsAt: lease.deadline,
  });
}

/** Commits the attempt; only the winner of this write gets an `Intended` back. */
async function recordIntent(ports: LaunchPorts, input: StepInput) {
  const freezes = await ports.freezes.all();
  return changeLease<StepOutcome<BootWait> | Intended>(ports, input.leaseId, (lease, now) => {
    const alone = skipReason(lease, input);
    if (alone !== null) return { commit: null, result: alone };
    const last = currentAttempt(lease);
    if (last !== undefined && isUnanswered(last)) {
      const reason = `attempt ${last.number} was begun before and never answered`;
      return { commit: null, result: detour('outcome-unknown', reason) };
    }
    if (!isStarting(lease) || last?.state === 'created') {
      invariant(last !== undefined, 'a lease past launching has an attempt');
      const { card } = ports.providers(last.offer.provider);
      return { commit: null, result: done(bootWait(card)) };
    }
    const frozen = endByFreeze(lease, freezes, now) ?? dropFrozenOffer(lease, freezes, now);
    if (frozen !== null) return frozen;
    if (lease.chosen === null) {
      return { commit: null, result: detour('offer-gone', 'the chosen offer was used up') };
    }
    const { deployment, signer } = ports;
    const { card } = ports.providers(lease.chosen.provider);
    const number = lease.attempts.length + 1;
    const tag = tagOf({ deployment, leaseId: lease.id, attempt: number }, signer);
    const intent = {
      number,
      offer: lease.chosen,
      tag,
      mayLandUntil: after(now, createWindow(card)),
    };
    const begun = beginAttempt(lease, intent, now);
    const spec = specOf(lease, ports.nodeSetup(lease, number));
    const attempt = currentAttempt(begun);
    invariant(attempt !== undefined, 'the attempt was just recorded');
    return { commit: begun, result: { attempt, spec, at: now } };
  });
}

/** The create call, unless too much time has passed since the intent to be sure of its bounds. */
async function create(ports: LaunchPorts, intended: Intended): Promise<CreateOutcome | 'too-late'> {
  const { attempt, spec, at } = intended;
  if (between(at, ports.clock.now()) > policy.launch.createWithin) return 'too-late';
  return ports.providers(attempt.offer.provider).create(attempt.tag, attempt.offer, spec);
}

type Answer = { readonly lease: Lease; readonly outcome: StepOutcome<BootWait> };

/** Nothing was even tried: the same offer is taken again, under the next attempt's number. */
function notMade(lease: Lease, attempt: AttemptIn<'recorded'>, reason: AttemptReason): Lease {
  const refused = withAttempt(lease, refuseAttempt(attempt, reason));
  return isStarting(refused) ? { ...refused, chosen: attempt.offer } : refused;
}

/** What the answer makes of the lease. The lease may have begun to end in the meantime. */
function answered(lease: Lease, attempt: Attempt, answer: CreateOutcome | 'too-late') {
  return (now: EpochMs): Answer => {
    invariant(attempt.state === 'recorded', 'only a recorded attempt is answered');
    if (answer === 'too-late') {
      const why = 'too long between intent and create: not called';
      return { lease: notMade(lease, attempt, 'too-late'), outcome: detour('not-called', why) };
    }
    switch (answer.kind) {
      case 'launched': {
        const { instanceId } = answer;
        const created = confirmAttempt(attempt, instanceId, now);
        const known =
          lease.state === 'launching'
            ? confirmInstance(lease, created)
            : withAttempt(lease, created);
        const reason = `${attempt.offer.provider} created instance ${instanceId}`;
        const noted = note(known, { type: 'instance-created', reason }, now);
        return { lease: noted, outcome: done({ timeoutSeconds: 1 }) };
      }
      case 'outcome-unknown': {
        const doubted = withAttempt(lease, markOutcomeUnknown(attempt));
        const { reason } = answer;
        const noted = note(doubted, { type: 'create-unanswered', reason }, now);
        return { lease: noted, outcome: detour('outcome-unknown', reason) };
      }
      case 'rate-limited': {
        const again = notMade(lease, attempt, 'rate-limited');
        return { lease: again, outcome: detour('rate-limited', answer.reason) };
      }
      case 'offer-gone':
      case 'refused':
      case 'no-funds': {
        const refused = withAttempt(lease, refuseAttempt(attempt, answer.kind));
        const { reason } = answer;
        const noted = note(refused, { type: 'create-refused', reason }, now);
        return { lease: noted, outcome: detour('offer-gone', reason) };
      }
    }
  };
}

/**
 * One attempt: intent, one create call, its answer. Repeating never creates twice: whoever finds
 * the intent of another goes looking instead. Detours: offer-gone, outcome-unknown,
 * rate-limited and not-called (come again), lease-over, superseded. Throws StoreDown, Conflict.
 */
export function createLaunchInstance(ports: LaunchPorts) {
  return async (input: StepInput): Promise<StepOutcome<BootWait>> => {
    await startPulse(ports, await loadLease(ports, input.leaseId));
    const { result: intended } = await recordIntent(ports, input);
    if ('kind' in intended) return intended;
    const { attempt } = intended;
    const answer = await create(ports, intended);
    // From here until the commit below a machine may exist that only the recorded tag leads to.
    const { lease, result } = await changeLease(ports, input.leaseId, (current, now) => {
      const mine = current.attempts.find(({ number }) => number === attempt.number);
      if (mine?.state !== 'recorded') return { commit: null, result: done({ timeoutSeconds: 1 }) };
      const { lease: next, outcome } = answered(current, mine, answer)(now);
      return { commit: next, result: outcome };
    });
    if (answer !== 'too-late' && answer.kind === 'offer-gone') {
      // After the commit: others are told, and nothing of this lease depends on it.
      await ports.goneOffers.passOver(attempt.offer, ports.clock.now());
    }
    if (isOver(lease)) return detour('lease-over', `the lease is ${lease.state}`);
    if (result.kind !== 'done') return result;
    return done(bootWait(ports.providers(attempt.offer.provider).card));
  };
}
