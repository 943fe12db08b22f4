// The queues of provider work on one computer, each with the event source of its worker. A message
// that came too often is kept in the dead-letter queue beside it.

import { join } from 'node:path';
import { WORKERS, type Worker } from '../shared/core/base/functions.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { total } from '../shared/core/base/time.ts';
import { startEventSource } from './aws/event-source.ts';
import { createLocalQueue, type LocalQueue } from './aws/queue.ts';
import { createQueueFaults, type QueueFaults } from './aws/queue-faults.ts';
import type { EngineClock } from './workflow/clock.ts';

export type WorkOptions = {
  readonly clock: EngineClock;
  /** The folder of the journals; null keeps the messages in memory. */
  readonly folder: string | null;
  /** Calls the worker with an event of its queue. */
  readonly invoke: (worker: Worker, event: object) => Promise<unknown>;
  readonly onError: (error: unknown, worker: Worker) => void;
};

export type LocalWork = {
  readonly queues: Readonly<Record<Worker, LocalQueue>>;
  readonly faults: Readonly<Record<Worker, QueueFaults>>;
  /** Starts to deliver, also the messages of the journals. Safe to repeat. */
  start(): void;
  close(): void;
};

/** One queue with its dead-letter queue. */
function openQueue(worker: Worker, { clock, folder }: WorkOptions, faults: QueueFaults) {
  const { visibilityMargin, retention, maxReceives } = policy.queue;
  const rules = {
    clock,
    visibility: total(policy.functionTimeout[worker], visibilityMargin),
    retention,
    deduplicationScope: 'messageGroup' as const,
  };
  const journal = (name: string) => (folder === null ? null : join(folder, `${name}.jsonl`));
  const dead = createLocalQueue({
    ...rules,
    name: `${worker}-dead.fifo`,
    journalPath: journal(`${worker}-dead`),
    redrive: null,
  });
  const queue = createLocalQueue({
    ...rules,
    name: `${worker}.fifo`,
    journalPath: journal(worker),
    redrive: { maxReceiveCount: maxReceives, to: dead },
    faults,
  });
  return { queue, dead };
}

/** Opens both queues; nothing is delivered before `start`. Throws StoreDown for a bad journal. */
export function openWork(options: WorkOptions): LocalWork {
  const { clock, invoke, onError } = options;
  const opened = WORKERS.map((worker) => {
    const faults = createQueueFaults();
    return { worker, faults, ...openQueue(worker, options, faults) };
  });
  const sources: { close(): void }[] = [];
  const by = <Value>(of: (each: (typeof opened)[number]) => Value) =>
    Object.fromEntries(opened.map((each) => [each.worker, of(each)])) as Record<Worker, Value>;
  return {
    queues: by(({ queue }) => queue),
    faults: by(({ faults }) => faults),
    start() {
      if (sources.length > 0) return;
      for (const { worker, queue, faults } of opened) {
        const source = startEventSource({
          ...{ clock, queue, faults },
          maxConcurrency: policy.queue.maxConcurrency,
          invoke: (event) => invoke(worker, event),
          onError: (error) => onError(error, worker),
        });
        sources.push(source);
      }
    },
    close() {
      for (const source of sources) source.close();
      for (const { queue, dead } of opened) {
        queue.close();
        dead.close();
      }
    },
  };
}
