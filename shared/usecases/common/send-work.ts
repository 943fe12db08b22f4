// Sends the messages of a lease's present work to the queues of their workers. A message that was
// accepted twice has no second effect: it finds the turn over.

import { STEPS, type Worker } from '../../core/base/functions.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { ProviderCard } from '../../core/instance/card.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { resendWork, sendsOf } from '../../core/lease/park.ts';
import type { WorkQueue } from '../../ports/queue.ts';
import { changeLease, type Records } from './change-lease.ts';

export type SendPorts = Records & {
  readonly queues: (worker: Worker) => Pick<WorkQueue, 'send'>;
  readonly cardOf: (provider: ProviderName) => ProviderCard;
};

/** Sends all messages of the lease's present turn. Safe to repeat. Throws ProviderDown. */
export async function sendWork({ queues, cardOf }: SendPorts, lease: Lease): Promise<void> {
  if (lease.work === null) return;
  const queue = queues(STEPS[lease.work.step]);
  for (const send of sendsOf(lease, cardOf)) await queue.send(send);
}

/** The same once more, when they may be lost. Throws StoreDown, ProviderDown, Conflict. */
export async function sendAgain(ports: SendPorts, id: LeaseId): Promise<void> {
  const { lease, result } = await changeLease(ports, id, (current, now) => {
    const resent = resendWork(current, now);
    return { commit: resent, result: resent !== null };
  });
  if (result) await sendWork(ports, lease);
}
