// Park: the state machine waits here for a step of a worker. The work and its token are committed
// on the lease first, then its messages are sent; they hold no token.

import { decidePark, type ParkInput, sendsOf } from '../../../core/lease/park.ts';
import { done, type StepOutcome } from '../../../core/lease/step.ts';
import type { Tickets } from '../../../core/lease/work.ts';
import type { TicketStore } from '../../../ports/ticket-store.ts';
import type { Workflow } from '../../../ports/workflow.ts';
import { changeLease, loadLease } from '../../common/change-lease.ts';
import { type SendPorts, sendWork } from '../../common/send-work.ts';

export type ParkWorkPorts = SendPorts & {
  readonly workflow: Workflow;
  readonly tickets: TicketStore;
};

/** A ticket for a launch that begins to wait. Throws StoreDown. */
async function drawTicket(ports: ParkWorkPorts, input: ParkInput): Promise<Tickets | undefined> {
  if (input.work !== 'launch') return undefined;
  const lease = await loadLease(ports, input.leaseId);
  const { commit, result } = decidePark(lease, input, ports.clock.now());
  if (result.kind !== 'parked' || !result.isNew || commit === null) return undefined;
  const [first] = sendsOf(commit, ports.cardOf);
  return first === undefined ? undefined : ports.tickets.draw(first.group);
}

/**
 * Parks the work of a step and sends its messages. Without work, the token is answered at once.
 * Safe to repeat with another token: a turn without an outcome keeps its place. Detours: those of
 * the step. Throws StoreDown, ProviderDown, Conflict.
 */
export function createParkWork(ports: ParkWorkPorts) {
  return async (input: ParkInput): Promise<StepOutcome> => {
    const tickets = await drawTicket(ports, input);
    const { lease, result } = await changeLease(ports, input.leaseId, (current, now) =>
      decidePark(current, { ...input, tickets }, now),
    );
    switch (result.kind) {
      case 'parked':
        await sendWork(ports, lease);
        break;
      case 'answer':
        await ports.workflow.answer(input.token, result.outcome);
        break;
      case 'skip':
        if (result.outcome.kind !== 'done') return result.outcome;
        await ports.workflow.answer(input.token, result.outcome);
        break;
      case 'late':
        break;
    }
    return done(null);
  };
}
