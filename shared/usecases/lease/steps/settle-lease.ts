// Settle: with the absence proved, the charge is fixed, the hold split, the rest returned, and the
// schedule removed. Only here does a lease become `ended`.

import { proofOf } from '../../../core/instance/attempt.ts';
import { closeLease } from '../../../core/lease/lease-moves.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  supersededBy,
} from '../../../core/lease/step.ts';
import type { Scheduler } from '../../../ports/scheduler.ts';
import { changeLease, type Records } from '../../common/change-lease.ts';

export type SettleLeasePorts = Records & { readonly scheduler: Scheduler };

/**
 * Closes the lease and settles its account. Safe to repeat: the outbox is applied until it is
 * empty. Detours: absence-pending (no proof yet), superseded. Throws StoreDown, ProviderDown,
 * Conflict.
 */
export function createSettleLease(ports: SettleLeasePorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const { result } = await changeLease<StepOutcome>(ports, input.leaseId, (lease, now) => {
      const superseded = supersededBy(lease, input);
      if (superseded !== null) return { commit: null, result: superseded };
      if (lease.state === 'ended') return { commit: null, result: done(null) };
      const proof = proofOf(lease.attempts);
      if (lease.state !== 'ending' || proof === null) {
        return { commit: null, result: detour('absence-pending', 'absence is not proved yet') };
      }
      return { commit: closeLease(lease, proof, now), result: done(null) };
    });
    if (result.kind === 'done') await ports.scheduler.disarm(input.leaseId);
    return result;
  };
}
