// Applies the outcome of a create call to its lease. When the lease has started to end in the
// meantime, the outcome is still recorded, so that teardown finds the instance.

import type { EpochMs } from '../base/time.ts';
import type { AttemptIn, AttemptReason } from '../instance/attempt.ts';
import { confirmAttempt, markOutcomeUnknown, refuseAttempt } from '../instance/attempt-moves.ts';
import type { BootWait } from '../instance/card.ts';
import type { CallResult } from '../instance/gate.ts';
import type { CreateOutcome } from '../instance/launch.ts';
import { type Decision, keep } from './decision.ts';
import { attemptOf, isOver, isStarting, type Lease } from './lease.ts';
import { addEvent, confirmInstance, withAttempt } from './lease-moves.ts';
import { detour, done, type StepOutcome } from './step.ts';

/**
 * The provider's response, or `too-late` when create was not called because too much time had
 * passed.
 */
export type CreateAnswer = CreateOutcome | { readonly kind: 'too-late' };

/** What the answer to create says about the rate of calls. */
export function callResultOf({ kind }: CreateAnswer): CallResult {
  if (kind === 'rate-limited') return { kind: 'refused', retryAfter: null };
  return { kind: kind === 'outcome-unknown' ? 'unanswered' : 'answered' };
}

/** Whether other leases must pass the offer over: it is gone, or ours, or may be. */
export const takesOffer = ({ kind }: CreateAnswer): boolean =>
  kind === 'offer-gone' || kind === 'launched' || kind === 'outcome-unknown';

type Applied = Decision<StepOutcome<BootWait>>;
type Recorded = AttemptIn<'recorded'>;

/** Create was not carried out: the next attempt takes the same offer. */
function retryOffer(lease: Lease, attempt: Recorded, reason: AttemptReason): Lease {
  const refused = withAttempt(lease, refuseAttempt(attempt, reason));
  return isStarting(refused) ? { ...refused, chosen: attempt.offer } : refused;
}

type Answered = {
  readonly attempt: Recorded;
  readonly answer: CreateAnswer;
  readonly boot: BootWait;
};

function applyAnswer(lease: Lease, { attempt, answer, boot }: Answered, now: EpochMs): Applied {
  switch (answer.kind) {
    case 'too-late': {
      const why = 'create was not called: too much time passed since the attempt was recorded';
      return { commit: retryOffer(lease, attempt, 'too-late'), result: detour('not-called', why) };
    }
    case 'launched': {
      const { instanceId } = answer;
      const created = confirmAttempt(attempt, instanceId, now);
      const confirmed =
        lease.state === 'launching' ? confirmInstance(lease, created) : withAttempt(lease, created);
      const reason = `${attempt.offer.provider} created instance ${instanceId}`;
      const commit = addEvent(confirmed, { type: 'instance-created', reason }, now);
      return { commit, result: done(boot) };
    }
    case 'outcome-unknown': {
      const { reason } = answer;
      const unknown = withAttempt(lease, markOutcomeUnknown(attempt));
      const commit = addEvent(unknown, { type: 'create-unanswered', reason }, now);
      return { commit, result: detour('outcome-unknown', reason) };
    }
    case 'rate-limited': {
      const commit = retryOffer(lease, attempt, 'rate-limited');
      return { commit, result: detour('rate-limited', answer.reason) };
    }
    case 'offer-gone':
    case 'refused':
    case 'no-funds': {
      const { reason } = answer;
      const refused = withAttempt(lease, refuseAttempt(attempt, answer.kind));
      const commit = addEvent(refused, { type: 'create-refused', reason }, now);
      return { commit, result: detour('offer-gone', reason) };
    }
  }
}

/**
 * Records the outcome of the create call of attempt number `attempt`, unless it is already
 * recorded. After this, the attempt is no longer `recorded`.
 */
export function applyCreateAnswer(
  lease: Lease,
  answered: { readonly attempt: number; readonly answer: CreateAnswer; readonly boot: BootWait },
  now: EpochMs,
): Applied {
  const { answer, boot } = answered;
  const attempt = attemptOf(lease, answered.attempt);
  const applied =
    attempt?.state === 'recorded'
      ? applyAnswer(lease, { attempt, answer, boot }, now)
      : keep(done(boot));
  if (!isOver(lease)) return applied;
  return { ...applied, result: detour('lease-over', `the lease is ${lease.state}`) };
}
