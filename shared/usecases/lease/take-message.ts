// One delivery of a message of a worker's queue: it is held, read, and its work is done. What can't
// be read, and what is of no lease, is put aside with a page: it must not hold up the others.

import { errorInWords, isFailure } from '../../core/base/failure.ts';
import type { Worker } from '../../core/base/functions.ts';
import { pageOf } from '../../core/base/page.ts';
import { type Received, stepMessageOf } from '../../core/lease/work-message.ts';
import { waitBefore } from '../../core/lease/work-moves.ts';
import type { WorkQueue } from '../../ports/queue.ts';
import { type HoldPorts, holdMessage } from '../common/hold-message.ts';
import type { Delivered, Delivery } from './do-work.ts';

export type TakeMessagePorts = HoldPorts & {
  readonly worker: Worker;
  readonly queue: Pick<WorkQueue, 'changeVisibility'>;
  readonly doWork: (delivery: Delivery) => Promise<Delivered>;
  readonly page: (message: string) => void;
};

/**
 * Takes one delivery: `finished` messages are deleted, others are delivered again. Safe to repeat.
 * Throws for a bug, StoreDown, ProviderDown, Conflict: then the message comes again when it is no
 * longer held.
 */
export function createTakeMessage(ports: TakeMessagePorts) {
  const { worker, queue, doWork, page } = ports;
  const putAside = (id: string, why: string): Delivered => {
    page(pageOf('bad-message', `${worker} put message ${id} aside: ${why}`));
    return { kind: 'finished' };
  };
  const carryOut = async (delivery: Delivery, id: string): Promise<Delivered> => {
    const [done] = await Promise.allSettled([doWork(delivery)]);
    if (done.status === 'fulfilled') return done.value;
    if (isFailure(done.reason, 'NotFound')) return putAside(id, errorInWords(done.reason));
    throw done.reason;
  };
  return async (received: Received): Promise<'finished' | 'again'> => {
    const { id, body, receipt, receives } = received;
    const message = stepMessageOf(worker, body);
    if (message === null) {
      putAside(id, 'it has no step that this worker carries out');
      return 'finished';
    }
    const done = await holdMessage(ports, receipt, (isHeld) =>
      carryOut({ message, receives, isHeld }, id),
    );
    // Another delivery has it already.
    if (done === null) return 'again';
    if (done.kind === 'again') {
      await queue.changeVisibility(receipt, waitBefore(done));
    }
    return done.kind;
  };
}
