// The whole service on one computer: the deployed handlers, the deployed state machine file, an
// embedded database, and own replacements for Step Functions and EventBridge. It holds no rule.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type RouteName, routes } from '../shared/api/contract/contract.ts';
import type { HttpReply } from '../shared/api/http.ts';
import { type Config, readConfig } from '../shared/app/config.ts';
import { type EndAfter, type Runtime, within } from '../shared/app/runtime.ts';
import { Failure } from '../shared/core/base/failure.ts';
import type { FunctionName } from '../shared/core/base/functions.ts';
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
import { handlers } from './handlers.ts';
import { type CallOnTime, createRounds } from './rounds.ts';
import type { Ids } from './workflow/advance.ts';
import type { EngineClock } from './workflow/clock.ts';
import type { EndedBadly, Invoke } from './workflow/driver.ts';
import { createWorkflowEngine, type WorkflowEngine } from './workflow/engine.ts';
import { createMemoryJournal, type Journal, openFileJournal } from './workflow/journal.ts';

/** One call of a function. Tests count, delay and fail calls with an `Around`. */
export type Call = {
  /** The route or the step that the function is called for; else the function's name. */
  readonly name: string;
  readonly payload: unknown;
};
export type Around = (call: Call, run: () => Promise<unknown>) => Promise<unknown>;

export type ServiceOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: EngineClock;
  readonly databaseEndpoint: string;
  readonly blobs: BlobStore;
  /** The folder of the journals; null keeps them in memory. */
  readonly folder: string | null;
  readonly log?: Runtime['log'];
  readonly onDatabaseCall?: (command: string) => void;
  readonly onWorkflowCall?: (call: string) => void;
  readonly around?: Around;
  /** Task tokens and jitter of the engine; random by default. */
  readonly ids?: Ids;
  /** Waits between two tries of a read; on the service's clock by default. */
  readonly pause?: (ms: number) => Promise<void>;
};

export type Service = {
  readonly runtime: Runtime;
  /** The counters of the runtime, by name. */
  readonly counts: ReadonlyMap<string, number>;
  readonly engine: WorkflowEngine;
  /** Calls the route's handler with an event of API Gateway. Rejects for a bug. */
  answer(route: RouteName, event: object): Promise<HttpReply>;
  /** Calls the route's handler with a request, and returns the reply with its parsed body. */
  call(route: RouteName, request: GatewayRequest): Promise<GatewayReply>;
  /** Refreshes each provider's menu once. */
  refresh(): Promise<void>;
  /** Refreshes menus periodically. A failed refresh leaves the old menu, which ages. */
  startRefreshing(): void;
  /** Sweeps each provider once. */
  sweep(): Promise<void>;
  /** Sweeps periodically; `every` is the interval of the policy by default. */
  startSweeping(every?: DurationMs): void;
  /** Reconciles charges with the providers' once a day. */
  startReconciling(): void;
  /** Advances the freezes periodically. The next round follows a failed one. */
  startAdvancingFreezes(): void;
  /** Closes past days, then verifies the ledger, once a day. */
  startBookkeeping(): void;
  /** Resumes the open executions after a restart, with their tokens and deadlines. */
  resume(): number;
  /** Stops everything without ending any lease, as a crash would. */
  close(): void;
};

const LAMBDA_CONTEXT = { functionName: 'local' };
const ENDED = 'event-execution-ended';
const STATE_MACHINE_FILE = new URL('../state-machines/lease.asl.json', import.meta.url);

const isFunction = (name: string): name is FunctionName => name in handlers;

const StepPayload = z.object({ step: z.string() });

/** How functions are called: by the HTTP front, on time, and by the state machine. */
function callsOf(around: Around, runtime: () => Runtime) {
  const invoke = (functionName: FunctionName, call: Call): Promise<unknown> =>
    around(call, () =>
      within(runtime(), () => handlers[functionName](call.payload, LAMBDA_CONTEXT as never)),
    );
  const onTime: CallOnTime = (name, payload) => invoke(name, { name, payload });
  const onState: Invoke = async ({ functionName, payload }) => {
    if (!isFunction(functionName)) {
      throw new Failure('BadConfig', `there is no function ${functionName}`);
    }
    return invoke(functionName, { name: StepPayload.parse(payload).step, payload });
  };
  return { invoke, onTime, onState };
}

/** The state machine file with each function's name in place of its ARN. */
export function leaseMachine(): unknown {
  return JSON.parse(readFileSync(STATE_MACHINE_FILE, 'utf8').replace(/\$\{([\w-]+)\}/g, '$1'));
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

/** Fails the call as Lambda does when the process ends. The work itself goes on, unlike there. */
const endAfterOn =
  (clock: EngineClock): EndAfter =>
  async (budget, work) => {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const exit = Object.assign(new Error('the process ended'), { name: 'Runtime.ExitError' });
    const cancel = clock.at(clock.now() + budget, () => reject(exit));
    return Promise.race([work(), ended]).finally(cancel);
  };

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
    endAfter: endAfterOn(clock),
    database: { endpoint, ...LOCAL_ACCESS, ...(onCall !== undefined && { onCall }) },
    workflow,
    scheduler: timers,
    blobs,
  };
}

/** Composes the service. Nothing runs before the first call. Throws BadConfig. */
export function createService(options: ServiceOptions): Service {
  const { clock, folder, around = (_call, run) => run() } = options;
  const { onWorkflowCall: onCall = () => undefined } = options;
  const config = readConfig(options.env);

  const { invoke, onTime, onState } = callsOf(around, () => runtime);

  /** Does what the EventBridge rule does on AWS. A failure is only logged: the sweep finds it. */
  const reportFailedExecution = (detail: EndedBadly): Promise<unknown> =>
    invoke(ENDED, { name: ENDED, payload: { detail } }).catch((error) =>
      runtime.log(lineOf(ENDED, error, detail.name)),
    );

  const engine = createWorkflowEngine({
    definition: leaseMachine(),
    clock,
    ...(options.ids !== undefined && { ids: options.ids }),
    journal: journalIn(folder),
    invoke: onState,
    onFailed: (execution) => void reportFailedExecution(execution),
  });
  const timers = createTimers({
    clock,
    journalPath: folder === null ? null : join(folder, 'timers.jsonl'),
    fire: (leaseId: LeaseId) => onTime('timer-deadline', { leaseId }),
    onError: (error, id) => runtime.log(lineOf('timer-deadline', error, id)),
  });
  const counts = new Map<string, number>();
  const workflow = workflowOn(engine, onCall);
  const runtime = runtimeOf(options, { config, workflow, timers, counts });
  const { stop, ...rounds } = createRounds(clock, onTime, configuredIn(config.providers));
  const answer = async (route: RouteName, event: object): Promise<HttpReply> =>
    // The wrapper of every API handler returns this type.
    (await invoke(routes[route].handledBy, { name: route, payload: event })) as HttpReply;
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
