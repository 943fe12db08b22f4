// Judge: every wake, timeout or missed heartbeat leads here. Serve on, or begin to end the lease.

import { invariant } from '../../../core/base/invariant.ts';
import type { ServeTimes } from '../../../core/lease/judge.ts';
import { type JudgeFacts, judgeLease } from '../../../core/lease/judgement.ts';
import type { StepInput, StepOutcome } from '../../../core/lease/step.ts';
import { changeLease } from '../../common/change-lease.ts';
import { type HoldSilencePorts, holdSilence } from '../hold-silence.ts';

export type JudgeLeasePorts = HoldSilencePorts;

async function judged(ports: JudgeLeasePorts, facts: JudgeFacts) {
  const { result } = await changeLease(ports, facts.input.leaseId, (lease, now) =>
    judgeLease(lease, facts, now),
  );
  return result;
}

/**
 * Decides from the lease and its pulse. Safe to repeat: the same facts give the same verdict, and a
 * silence is looked at twice before it ends a lease. Detours: lease-over, superseded. Throws
 * StoreDown, Conflict.
 */
export function createJudgeLease(ports: JudgeLeasePorts) {
  return async (input: StepInput): Promise<StepOutcome<ServeTimes>> => {
    const pulse = await ports.pulses.get(input.leaseId);
    const first = await judged(ports, { input, pulse, isConfirmed: pulse === null });
    if ('kind' in first) return first;
    invariant(pulse !== null, 'a lease without a pulse is not looked at twice');
    const silenceLookAt = await holdSilence(ports, first, pulse);
    const looked = { input, pulse: { ...pulse, silenceLookAt }, isConfirmed: true };
    const second = await judged(ports, looked);
    invariant('kind' in second, 'a silence that was looked at is decided');
    return second;
  };
}
