// The whole service on one computer: the deployed handlers, the deployed state machine file, an
// embedded database, and own replacements for Step Functions and EventBridge. It holds no rule.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RouteName, routes } from '../shared/api/contract/contract.ts';
import type { HttpReply } from '../shared/api/http.ts';
import { readConfig } from '../shared/app/config.ts';
import type { Runtime } from '../shared/app/runtime.ts';
import { Failure } from '../shared/core/base/failure.ts';
import type { LeaseId } from '../shared/core/base/ids.ts';
import { configuredIn } from '../shared/core/base/providers.ts';
import type { DurationMs } from '../shared/core/base/time.ts';
import type { HeartbeatRoute } from '../shared/ports/heartbeat-route.ts';
import {
  type GatewayReply,
  type GatewayRequest,
  gatewayEvent,
  gatewayReply,
} from './aws/gateway.ts';
import { createLambda, type Lambda } from './aws/lambda.ts';
import { createTimers, type Timers } from './aws/scheduler.ts';
import { openStepFunctions, type StepFunctions } from './aws/step-functions.ts';
import { type Around, callsOf, lineOf } from './calls.ts';
import { createRounds } from './rounds.ts';
import { type RuntimeOptions, runtimeOf } from './runtime.ts';
import { type LocalWork, openWork } from './work.ts';
import type { Ids } from './workflow/advance.ts';
import type { WorkflowEngine } from './workflow/engine.ts';
import { createMemoryJournal, type Journal, openFileJournal } from './workflow/journal.ts';

export type ServiceOptions = RuntimeOptions & {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the journals; null keeps them in memory. */
  readonly folder: string | null;
  readonly onWorkflowCall?: (call: string) => void;
  readonly around?: Around;
  /** Task tokens and jitter of the engine; random by default. */
  readonly ids?: Ids;
};

export type Service = {
  readonly runtime: Runtime;
  /** The counters of the runtime, by name. */
  readonly counts: ReadonlyMap<string, number>;
  readonly engine: WorkflowEngine;
  /** Runs the functions. Tests make calls fail with its faults. */
  readonly lambda: Lambda;
  readonly stepFunctions: Pick<StepFunctions, 'setFaults'>;
  /** The queues of provider work, with their faults. */
  readonly work: Pick<LocalWork, 'queues' | 'faults'>;
  /** When the schedule of each lease runs. */
  readonly schedules: Pick<Timers, 'at'>;
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
  /** Delivers messages, and resumes the open executions after a restart with their tokens. */
  resume(): number;
  /** Stops everything without ending any lease, as a crash would. */
  close(): void;
};

const STATE_MACHINE_FILE = new URL('../state-machines/lease.asl.json', import.meta.url);

/** The state machine file with each function's name in place of its ARN. */
export function leaseMachine(): unknown {
  return JSON.parse(readFileSync(STATE_MACHINE_FILE, 'utf8').replace(/\$\{([\w-]+)\}/g, '$1'));
}

/** Composes the service. Nothing runs before the first call. Throws BadConfig. */
export function createService(options: ServiceOptions): Service {
  const { clock, folder, pace, around = (_call, run) => run() } = options;
  const config = readConfig(options.env);
  const lambda = createLambda(clock);

  const calls = callsOf({ around, pace, lambda, runtime: () => runtime });
  const { invoke, onTime, invoker } = calls;
  const stepFunctions = openStepFunctions({
    definition: leaseMachine(),
    clock,
    ...(options.ids !== undefined && { ids: options.ids }),
    journal: journalIn(folder),
    invoke: calls.onState,
    onCall: options.onWorkflowCall ?? (() => undefined),
    onFailed: calls.onFailed,
  });
  const timers = createTimers({
    clock,
    journalPath: folder === null ? null : join(folder, 'timers.jsonl'),
    fire: (leaseId: LeaseId) => onTime('timer-deadline', { leaseId }),
    onError: (error, id) => runtime.log(lineOf('timer-deadline', error, id)),
  });
  const work = openWork({
    ...{ clock, folder, invoke: calls.onMessage },
    onError: (error, worker) => runtime.log(lineOf(worker, error, worker)),
  });
  const counts = new Map<string, number>();
  const { engine, workflow } = stepFunctions;
  const heartbeatRoute = createHeartbeatRoute((request) => call('recordNodeHeartbeat', request));
  const { queues } = work;
  const parts = { config, lambda, workflow, timers, invoker, queues, heartbeatRoute, counts };
  const runtime = runtimeOf(options, parts);
  const { stop, ...rounds } = createRounds(clock, onTime, configuredIn(config.providers));
  const answer = async (route: RouteName, event: object): Promise<HttpReply> =>
    // The wrapper of every API handler returns this type.
    (await invoke(routes[route].handledBy, { name: route, payload: event })) as HttpReply;
  const call: Service['call'] = async (route, request) =>
    gatewayReply(await answer(route, gatewayEvent(route, request, randomUUID())));
  return {
    ...{ runtime, counts, engine, lambda, stepFunctions, work, schedules: timers, answer, call },
    ...rounds,
    resume: () => {
      work.start();
      return engine.resume();
    },
    close() {
      stop();
      work.close();
      timers.close();
      engine.close();
    },
  };
}

/** The route of heartbeats without a network: a service in memory has no address. */
const createHeartbeatRoute = (
  call: (request: GatewayRequest) => Promise<GatewayReply>,
): HeartbeatRoute => ({
  post: async (token, body) => {
    const { status } = await call({ headers: { authorization: `Bearer ${token}` }, body });
    if (status !== 200) {
      throw new Failure('ProviderDown', `the route of heartbeats replied ${status}`);
    }
  },
});

const journalIn = (folder: string | null): Journal =>
  folder === null ? createMemoryJournal() : openFileJournal(join(folder, 'workflow.jsonl'));
