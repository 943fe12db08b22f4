// The whole service on one machine: the deployed handlers, the deployed state machine file, an
// embedded database, and engines of our own only where AWS has no local one. It holds no rule.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouteName } from '../shared/api/contract/contract.ts';
import type { HttpReply } from '../shared/api/http.ts';
import { type Config, readConfig } from '../shared/app/config.ts';
import { type Runtime, within } from '../shared/app/runtime.ts';
import { Failure } from '../shared/core/base/failure.ts';
import type { LeaseId } from '../shared/core/base/ids.ts';
import { configuredIn } from '../shared/core/base/providers.ts';
import { type DurationMs, epochMs } from '../shared/core/base/time.ts';
import type { BlobStore } from '../shared/ports/blob-store.ts';
import type { Scheduler } from '../shared/ports/scheduler.ts';
import type { Workflow } from '../shared/ports/workflow.ts';
import { LOCAL_ACCESS } from './aws/database.ts';
import {
  type GatewayReply,
  type GatewayRequest,
  gatewayEvent,
  gatewayReply,
} from './aws/gateway.ts';
import { createTimers } from './aws/scheduler.ts';
import { apiHandlers, eventHandlers, steps, timerHandlers } from './handlers.ts';
import { type CallOnTime, roundsOf } from './rounds.ts';
import type { Ids } from './workflow/advance.ts';
import type { EngineClock } from './workflow/clock.ts';
import type { EndedBadly } from './workflow/driver.ts';
import { createWorkflowEngine, type WorkflowEngine } from './workflow/engine.ts';
import { createMemoryJournal, type Journal, openFileJournal } from './workflow/journal.ts';

/** One call of a function, before it is made: tests count, delay and break calls here. */
export type Call = { readonly name: string; readonly payload: unknown };
export type Around = (call: Call, run: () => Promise<unknown>) => Promise<unknown>;

export type ServiceOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: EngineClock;
  readonly databaseEndpoint: string;
  readonly blobs: BlobStore;
  /** Where journals are kept; null keeps them in memory. */
  readonly folder: string | null;
  readonly log?: Runtime['log'];
  readonly onDatabaseCall?: (command: string) => void;
  readonly onWorkflowCall?: (call: string) => void;
  readonly around?: Around;
  /** Tokens and jitter of the engine; drawn unless given. */
  readonly ids?: Ids;
  /** Waits between two tries of one read; by the clock unless given. */
  readonly pause?: (ms: number) => Promise<void>;
};

export type Service = {
  readonly runtime: Runtime;
  /** What was counted so far, by name. */
  readonly counts: ReadonlyMap<string, number>;
  readonly engine: WorkflowEngine;
  /** One event of API Gateway, answered by the route's handler. Rejects for a bug. */
  answer(route: RouteName, event: object): Promise<HttpReply>;
  /** One request of the HTTP API, from event to reply. */
  call(route: RouteName, request: GatewayRequest): Promise<GatewayReply>;
  /** One refresh of each provider's menu now. */
  refresh(): Promise<void>;
  /** Refreshes from now on; a refresh that fails leaves the old menu, which ages. */
  keepFresh(): void;
  /** One sweep of each provider now. */
  sweep(): Promise<void>;
  /** Sweeps from now on, `every` so often while leases are open; as policy says unless given. */
  keepSwept(every?: DurationMs): void;
  /** Charges are compared with the provider's from now on, once a day. */
  keepReconciled(): void;
  /** A round of each freeze from now on; one that fails is followed by the next. */
  keepFrozen(): void;
  /** Closes the books of days that are over, then verifies all books, each day from now on. */
  keepBooks(): void;
  /** Goes on with what a crash left: open executions with their old tokens and deadlines. */
  resume(): number;
  /** Stops everything without ending any lease, as a crash would. */
  close(): void;
};

const LAMBDA_CONTEXT = { functionName: 'local' };
const INSTANCE_FILE = new URL('../state-machines/lease.asl.json', import.meta.url);

type Handler = (event: unknown, context: never) => Promise<unknown>;

function stepNamed(name: string): Handler {
  const found = Object.entries(steps).find(([step]) => step === name);
  if (found === undefined) throw new Failure('BadConfig', `no function is called ${name}`);
  return found[1] as Handler;
}

/** The state machine file with each function's name where AWS has its ARN. */
export function leaseMachine(): unknown {
  return JSON.parse(readFileSync(INSTANCE_FILE, 'utf8').replace(/\$\{(\w+)\}/g, '$1'));
}

function workflowOn(engine: WorkflowEngine, onCall: (call: string) => void): Workflow {
  return {
    start: async (leaseId, generation) => {
      onCall('StartExecution');
      return engine.start({ name: `${leaseId}-${generation}`, input: { leaseId, generation } });
    },
    running: async () => {
      onCall('ListExecutions');
      return new Set(engine.running());
    },
    wake: async (token) => {
      onCall('SendTaskSuccess');
      return engine.succeed(token, {});
    },
    heartbeat: async (token) => {
      onCall('SendTaskHeartbeat');
      return engine.heartbeat(token);
    },
  };
}

type Parts = {
  readonly config: Config;
  readonly workflow: Workflow;
  readonly timers: Scheduler;
  readonly counts: Map<string, number>;
};

function runtimeOf(options: ServiceOptions, parts: Parts): Runtime {
  const { config, workflow, timers, counts } = parts;
  const { clock, databaseEndpoint: endpoint, blobs, onDatabaseCall: onCall } = options;
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.at(clock.now() + ms, () => resolve()));
  return {
    config,
    clock: { now: () => epochMs(Math.floor(clock.now())) },
    log: options.log ?? (() => undefined),
    count: (name) => counts.set(name, (counts.get(name) ?? 0) + 1),
    pause: options.pause ?? wait,
    database: { endpoint, ...LOCAL_ACCESS, ...(onCall !== undefined && { onCall }) },
    workflow,
    scheduler: timers,
    blobs,
  };
}

/** Composes the service. Nothing runs before the first call; throws BadConfig. */
export function createService(options: ServiceOptions): Service {
  const { clock, folder, around = (_call, run) => run() } = options;
  const { onWorkflowCall: onCall = () => undefined } = options;
  const config = readConfig(options.env);

  const invoke = (call: Call, handler: Handler): Promise<unknown> =>
    around(call, () => within(runtime, () => handler(call.payload, LAMBDA_CONTEXT as never)));

  const onTime: CallOnTime = (name, payload) =>
    invoke({ name, payload }, timerHandlers[name] as Handler);

  /** What the rule on events does for a deployed service; the sweep does without. */
  const tellOf = (detail: EndedBadly): Promise<unknown> =>
    invoke(
      { name: 'executionEnded', payload: { detail } },
      eventHandlers.executionEnded as Handler,
    ).catch((error) => runtime.log(lineOf('executionEnded', error, detail.name)));

  const engine = createWorkflowEngine({
    definition: leaseMachine(),
    clock,
    ...(options.ids !== undefined && { ids: options.ids }),
    journal: journalIn(folder),
    invoke: ({ functionName, payload }) =>
      invoke({ name: functionName, payload }, stepNamed(functionName)),
    onFailed: (execution) => void tellOf(execution),
  });
  const timers = createTimers({
    clock,
    journalPath: folder === null ? null : join(folder, 'timers.jsonl'),
    fire: (leaseId: LeaseId) => onTime('enforceDeadline', { leaseId }),
    onError: (error, id) => runtime.log(lineOf('enforceDeadline', error, id)),
  });
  const counts = new Map<string, number>();
  const workflow = workflowOn(engine, onCall);
  const runtime = runtimeOf(options, { config, workflow, timers, counts });
  const { stop, ...rounds } = roundsOf(clock, onTime, configuredIn(config.providers));
  const answer = async (route: RouteName, event: object): Promise<HttpReply> =>
    // Every handler of the API is made by the wrapper that returns this.
    (await invoke({ name: route, payload: event }, apiHandlers[route] as Handler)) as HttpReply;
  return {
    runtime,
    counts,
    engine,
    answer,
    call: async (route, request) =>
      gatewayReply(await answer(route, gatewayEvent(route, request, randomUUID()))),
    ...rounds,
    resume: () => engine.resume(),
    close() {
      stop();
      timers.close();
      engine.close();
    },
  };
}

const journalIn = (folder: string | null): Journal =>
  folder === null ? createMemoryJournal() : openFileJournal(join(folder, 'workflow.jsonl'));

function lineOf(kind: string, error: unknown, id: string) {
  const shown = error instanceof Error ? error : new Error(String(error));
  return { kind, error: shown.name, message: shown.message, id };
}
