// What a process brings to the use cases: its configuration, its clock, and the few services that
// have no local engine. A handler finds its runtime here; several may live in one process, as in
// tests, because each call runs inside its own.

import { AsyncLocalStorage } from 'node:async_hooks';
import { setInterval as ticks, setTimeout as wait } from 'node:timers/promises';
import type { ConnectOptions } from '../adapters/dynamodb/client.ts';
import { createLog } from '../adapters/log.ts';
import type { Worker } from '../core/base/functions.ts';
import { type DurationMs, epochMs } from '../core/base/time.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { HeartbeatRoute } from '../ports/heartbeat-route.ts';
import type { Invoker } from '../ports/invoker.ts';
import type { LogLine } from '../ports/log.ts';
import type { WorkQueue } from '../ports/queue.ts';
import type { Scheduler } from '../ports/scheduler.ts';
import type { Workflow } from '../ports/workflow.ts';
import { type Config, readConfig } from './config.ts';

export type EndAfter = <Result>(budget: DurationMs, work: () => Promise<Result>) => Promise<Result>;

/** Does `work` each time so much time has passed, until the returned function is called. */
type Every = (length: DurationMs, work: () => Promise<void>) => () => void;

export type Runtime = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: (line: LogLine) => void;
  /** Waits between two tries of one read. */
  readonly pause: (ms: number) => Promise<void>;
  /** Runs `work`. When it takes longer than `budget`, the process ends without a reply. */
  readonly endAfter: EndAfter;
  readonly every: Every;
  /** Where the database is, if not where AWS has it, and what counts its calls. */
  readonly database?: Partial<ConnectOptions>;
  /** The runtime that this one adds keys to. It makes the clients of AWS: one of each a process. */
  readonly withoutKeys?: Runtime;
  /** Is called when a provider refuses a key of this runtime. */
  readonly onRefusedKey?: () => void;
  /** Services without a local engine: given here, or AWS's own. */
  readonly count?: (name: string) => void;
  readonly workflow?: Workflow;
  readonly scheduler?: Scheduler;
  readonly invoker?: Invoker;
  readonly queues?: Readonly<Record<Worker, WorkQueue>>;
  readonly heartbeatRoute?: HeartbeatRoute;
  readonly blobs?: BlobStore;
};

/** Makes something from a runtime. */
export type Factory<Made> = (runtime: Runtime) => Made;

const running = new AsyncLocalStorage<Runtime>();
const made = new WeakMap<Runtime, Map<Factory<unknown>, unknown>>();

const clock: Clock = { now: () => epochMs(Date.now()) };

/** Lambda reports the ended process as `Runtime.ExitError`, as it would report a timeout. */
const endAfter: EndAfter = async (budget, work) => {
  const finished = new AbortController();
  const end = (): never => {
    process.stderr.write(`a step ran longer than its budget of ${budget / 1_000} s\n`);
    return process.exit(1);
  };
  wait(budget, undefined, { signal: finished.signal }).then(end, () => undefined);
  return work().finally(() => finished.abort());
};

const every: Every = (length, work) => {
  const stopped = new AbortController();
  const repeat = async (): Promise<void> => {
    for await (const _ of ticks(length, undefined, { signal: stopped.signal })) void work();
  };
  // It ends by the signal, which is no failure.
  repeat().then(undefined, () => undefined);
  return () => stopped.abort();
};

const aws = (): Runtime => ({
  config: readConfig(),
  clock,
  pause: (ms) => wait(ms),
  endAfter,
  every,
  log: createLog(),
});
let deployed: Runtime | undefined;

/** The runtime of the present call: the one it runs within, or the deployed function's own. */
export function currentRuntime(): Runtime {
  const local = running.getStore();
  if (local !== undefined) return local;
  deployed ??= aws();
  return deployed;
}

/** Runs `call` with `runtime` as its current one. */
export function within<Result>(runtime: Runtime, call: () => Result): Result {
  return running.run(runtime, call);
}

/** Makes each thing once for each runtime, on first use. */
export function once<Made>(runtime: Runtime, factory: Factory<Made>): Made {
  let parts = made.get(runtime);
  if (parts === undefined) {
    parts = new Map();
    made.set(runtime, parts);
  }
  // Each factory's value is stored under the factory itself, so its type is the factory's.
  if (!parts.has(factory)) parts.set(factory, factory(runtime));
  return parts.get(factory) as Made;
}

/** What `factory` makes for the current call. */
export function compose<Made>(factory: Factory<Made>): Made {
  return once(currentRuntime(), factory);
}
