// Judge: every wake, timeout or missed beat leads here. Serve on, or begin to end the lease.

import { judge, type ServeTimes } from '../core/judge.ts';
import { endLease } from '../core/lease-moves.ts';
import type { PulseStore } from '../ports/stores.ts';
import { changeLease, type Records } from './change-lease.ts';
import { detour, done, leftAlone, type StepInput, type StepOutcome } from './step.ts';

export type JudgeLeasePorts = Records & { readonly pulses: PulseStore };

/**
 * Decides from the lease and its pulse. Safe to repeat: the same facts give the same verdict.
 * Detours: lease-over, superseded. Throws StoreDown, Conflict.
 */
export function makeJudgeLease(ports: JudgeLeasePorts) {
  return async (input: StepInput): Promise<StepOutcome<ServeTimes>> => {
    const pulse = await ports.pulses.get(input.leaseId);
    const { result } = await changeLease<StepOutcome<ServeTimes>>(
      ports,
      input.leaseId,
      (lease, now) => {
        const alone = leftAlone(lease, input);
        if (alone !== null) return { commit: null, result: alone };
        if (lease.state !== 'active') {
          return { commit: null, result: detour('attempt-failed', 'the lease does not serve') };
        }
        const verdict = judge(lease, pulse, now);
        if (verdict.kind === 'serve') return { commit: null, result: done(verdict.times) };
        const { reason, why } = verdict;
        return { commit: endLease(lease, { reason, why }, now), result: detour('lease-over', why) };
      },
    );
    return result;
  };
}
