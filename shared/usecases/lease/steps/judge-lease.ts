// Judge: every wake, timeout or missed beat leads here. Serve on, or begin to end the lease.

import { invariant } from '../../../core/base/invariant.ts';
import type { EpochMs } from '../../../core/base/time.ts';
import type { Pulse } from '../../../core/instance/pulse.ts';
import type { Decision } from '../../../core/lease/decision.ts';
import { judge, type ServeTimes } from '../../../core/lease/judge.ts';
import type { Lease, LeaseIn } from '../../../core/lease/lease.ts';
import { endLease, warnOfIdleness } from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import { changeLease } from '../../common/change-lease.ts';
import { type HoldSilencePorts, holdSilence } from '../hold-silence.ts';

export type JudgeLeasePorts = HoldSilencePorts;

/** The outcome, or the silent lease that nobody has looked at for its silence yet. */
type Judged = StepOutcome<ServeTimes> | LeaseIn<'active'>;

type Facts = {
  readonly input: StepInput;
  readonly pulse: Pulse | null;
  /** Whether it may end as silent: its silence was looked at, or nobody could ever beat. */
  readonly looked: boolean;
};

function decide(lease: Lease, { input, pulse, looked }: Facts, now: EpochMs): Decision<Judged> {
  const alone = skipReason(lease, input);
  if (alone !== null) return { commit: null, result: alone };
  if (lease.state !== 'active') {
    return { commit: null, result: detour('attempt-failed', 'the lease does not serve') };
  }
  const verdict = judge(lease, pulse, now);
  if (verdict.kind === 'serve') return { commit: null, result: done(verdict.times) };
  if (verdict.kind === 'warn') {
    const warned = warnOfIdleness(lease, verdict, now);
    return { commit: warned, result: done(verdict.times) };
  }
  const { reason, why } = verdict;
  if (reason === 'silent' && !looked) return { commit: null, result: lease };
  return { commit: endLease(lease, { reason, why }, now), result: detour('lease-over', why) };
}

/**
 * Decides from the lease and its pulse. Safe to repeat: the same facts give the same verdict, and a
 * silence is looked at twice before it ends a lease. Detours: lease-over, superseded. Throws
 * StoreDown, Conflict.
 */
export function createJudgeLease(ports: JudgeLeasePorts) {
  const judged = async (facts: Facts): Promise<Judged> => {
    const { leaseId } = facts.input;
    const { result } = await changeLease<Judged>(ports, leaseId, (lease, now) =>
      decide(lease, facts, now),
    );
    return result;
  };
  return async (input: StepInput): Promise<StepOutcome<ServeTimes>> => {
    const pulse = await ports.pulses.get(input.leaseId);
    const first = await judged({ input, pulse, looked: pulse === null });
    if ('kind' in first) return first;
    invariant(pulse !== null, 'a lease without a pulse is not looked at twice');
    const silenceLookAt = await holdSilence(ports, first, pulse);
    const second = await judged({ input, pulse: { ...pulse, silenceLookAt }, looked: true });
    invariant('kind' in second, 'a silence that was looked at is decided');
    return second;
  };
}
