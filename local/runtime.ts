// The runtime of the local service: its clock, and its replacements for services of AWS.

import type { Config } from '../shared/app/config.ts';
import type { Runtime } from '../shared/app/runtime.ts';
import { epochMs } from '../shared/core/base/time.ts';
import type { BlobStore } from '../shared/ports/blob-store.ts';
import type { HeartbeatRoute } from '../shared/ports/heartbeat-route.ts';
import type { Invoker } from '../shared/ports/invoker.ts';
import type { Scheduler } from '../shared/ports/scheduler.ts';
import type { Workflow } from '../shared/ports/workflow.ts';
import { LOCAL_ACCESS } from './aws/database.ts';
import type { Lambda } from './aws/lambda.ts';
import type { Pace } from './pace.ts';
import type { LocalWork } from './work.ts';
import { type EngineClock, repeatEvery } from './workflow/clock.ts';

export type RuntimeOptions = {
  readonly clock: EngineClock;
  readonly databaseEndpoint: string;
  readonly blobs: BlobStore;
  readonly log?: Runtime['log'];
  readonly onDatabaseCall?: (command: string) => void;
  /** Waits between two tries of a read; on the service's clock by default. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Slows a clock that is too fast for this computer. */
  readonly pace?: Omit<Pace, 'close'>;
};

type Parts = {
  readonly config: Config;
  readonly lambda: Lambda;
  readonly workflow: Workflow;
  readonly timers: Scheduler;
  readonly invoker: Invoker;
  readonly queues: LocalWork['queues'];
  readonly heartbeatRoute: HeartbeatRoute;
  readonly counts: Map<string, number>;
};

/** What the local service brings to its use cases. */
export function runtimeOf(options: RuntimeOptions, parts: Parts): Runtime {
  const { config, workflow, timers, counts } = parts;
  const { clock, databaseEndpoint: endpoint, blobs, pace, onDatabaseCall: onCall } = options;
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.at(clock.now() + ms, () => resolve()));
  const rest = (ms: number): Promise<void> => pace?.rest(() => wait(ms)) ?? wait(ms);
  return {
    config,
    clock: {
      now: () => epochMs(Math.floor(clock.now())),
      realNow: () => epochMs(Math.floor(clock.realNow())),
    },
    log: options.log ?? (() => undefined),
    count: (name) => counts.set(name, (counts.get(name) ?? 0) + 1),
    pause: options.pause ?? rest,
    endAfter: parts.lambda.endAfter,
    every: (length, work) => repeatEvery(clock, length, work),
    database: { endpoint, ...LOCAL_ACCESS, ...(onCall !== undefined && { onCall }) },
    workflow,
    scheduler: timers,
    invoker: parts.invoker,
    queues: parts.queues,
    heartbeatRoute: parts.heartbeatRoute,
    blobs,
  };
}
