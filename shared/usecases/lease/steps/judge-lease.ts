// Judge: every wake, timeout or missed heartbeat leads here. Continues the lease, or starts to end
// it.

import { invariant } from '../../../core/base/invariant.ts';
import type { ServeTimes } from '../../../core/lease/judge.ts';
import { type JudgeFacts, judgeLease } from '../../../core/lease/judgement.ts';
import type { StepInput, StepOutcome } from '../../../core/lease/step.ts';
import { changeLease } from '../../common/change-lease.ts';
import { type HoldSilencePorts, holdSilence } from '../hold-silence.ts';

export type JudgeLeasePorts = HoldSilencePorts;

async function judgeOnce(ports: JudgeLeasePorts, facts: JudgeFacts) {
  const { result } = await changeLease(ports, facts.input.leaseId, (lease, now) =>
    judgeLease(lease, facts, now),
  );
  return result;
}

/**
 * Decides from the lease and its pulse. Safe to repeat: the same facts give the same verdict, and a
 * silence needs a second look before it ends a lease. Detours: lease-over, superseded. Throws
 * StoreDown, Conflict.
 */
export function createJudgeLease(ports: JudgeLeasePorts) {
  return async (input: StepInput): Promise<StepOutcome<ServeTimes>> => {
    const pulse = await ports.pulses.get(input.leaseId);
    const first = await judgeOnce(ports, { input, pulse, isConfirmed: pulse === null });
    if ('kind' in first) return first;
    invariant(pulse !== null, 'a lease without a pulse needs no second look');
    const silenceLookAt = await holdSilence(ports, first, pulse);
    const secondFacts = { input, pulse: { ...pulse, silenceLookAt }, isConfirmed: true };
    const second = await judgeOnce(ports, secondFacts);
    invariant('kind' in second, 'the second look gives a verdict');
    return second;
  };
}
