// Serve: parks the token that a release, an extension or the schedule answers, and that heartbeats
// keep alive. While it is parked, nothing of ours runs for the lease.

import { judge, servesUntil } from '../../../core/lease/judge.ts';
import { currentAttempt } from '../../../core/lease/lease.ts';
import { done, type StepOutcome, skipReason } from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import type { Workflow } from '../../../ports/workflow.ts';
import { loadLease, type Records } from '../../common/change-lease.ts';
import type { WaitInput } from './await-ready.ts';

export type ServeLeasePorts = Records & {
  readonly pulses: PulseStore;
  readonly workflow: Workflow;
};

/**
 * Parks the token for serving and answers it at once if the lease should not be served any more.
 * Detours: lease-over, superseded. Throws StoreDown, ProviderDown.
 */
export function createServeLease(ports: ServeLeasePorts) {
  return async (input: WaitInput): Promise<StepOutcome> => {
    const before = await loadLease(ports, input.leaseId);
    const alone = skipReason(before, input);
    if (alone !== null) return alone;
    const { leaseId, generation, token } = input;
    const attempt = currentAttempt(before)?.number ?? 0;
    const known = before.state === 'active' ? await ports.pulses.get(leaseId) : null;
    const endsAt =
      before.state === 'active'
        ? servesUntil({ lease: before, pulse: known }, ports.clock.now())
        : before.deadline;
    const idleWarned = before.state === 'active' ? before.idleWarned : null;
    const told = { wait: 'serve', token, endsAt, idleWarned } as const;
    const parked = await ports.pulses.park({ leaseId, generation, attempt, ...told });
    const pulse = await ports.pulses.get(leaseId);
    const lease = await loadLease(ports, leaseId);
    const goesOn =
      parked === 'parked' &&
      lease.state === 'active' &&
      // Extended meanwhile: its machine must be told the new end, which was not parked.
      lease.deadline === before.deadline &&
      skipReason(lease, input) === null &&
      judge(lease, pulse, ports.clock.now()).kind === 'serve';
    if (!goesOn) await ports.workflow.wake(token);
    return done(null);
  };
}
