// What use cases are made of: each part is made once for a runtime, on first use, from its
// configuration or from what the runtime brings. It composes nothing and decides nothing.

import { createReconciliationStore } from '../adapters/dynamodb/billing/reconciliation-store.ts';
import { createRoomStore } from '../adapters/dynamodb/billing/room-store.ts';
import { connect } from '../adapters/dynamodb/client.ts';
import { createGateStore } from '../adapters/dynamodb/instance/gate-store.ts';
import { createProviderAccountStore } from '../adapters/dynamodb/instance/provider-account-store.ts';
import { createIngestStore } from '../adapters/dynamodb/lease/ingest-store.ts';
import { createLeaseStore } from '../adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../adapters/dynamodb/lease/pulse-store.ts';
import { createTicketStore } from '../adapters/dynamodb/lease/ticket-store.ts';
import { createAccountStore } from '../adapters/dynamodb/ledger/account-store.ts';
import { createLedgerStore } from '../adapters/dynamodb/ledger/ledger-store.ts';
import {
  createMenuStore,
  offerMarks as offerMarksIn,
} from '../adapters/dynamodb/menu/menu-store.ts';
import { createFreezeStore } from '../adapters/dynamodb/operations/freeze-store.ts';
import { createRunStore } from '../adapters/dynamodb/operations/run-store.ts';
import { createSweepStore } from '../adapters/dynamodb/sweep/sweep-store.ts';
import { openTable } from '../adapters/dynamodb/table.ts';
import { createHeartbeatRoute } from '../adapters/heartbeat-route.ts';
import { createHmacSigner } from '../adapters/hmac-signer.ts';
import { createKeyring, type Keyring, type Keys } from '../adapters/keyring.ts';
import { createLambdaInvoker } from '../adapters/lambda.ts';
import { createCounter } from '../adapters/metrics.ts';
import { cardOf, createRegistry } from '../adapters/providers/registry.ts';
import { createQueue } from '../adapters/queue.ts';
import { createS3Blobs } from '../adapters/s3-blobs.ts';
import { createScheduler } from '../adapters/scheduler.ts';
import { createSecrets, type Versions } from '../adapters/secrets.ts';
import { createStepFunctions, createTaskTokens } from '../adapters/step-functions.ts';
import { Failure } from '../core/base/failure.ts';
import type { Worker } from '../core/base/functions.ts';
import { keyVariables, ProviderName, previousVariable, rowOf } from '../core/base/providers.ts';
import { type DurationMs, durationMs } from '../core/base/time.ts';
import type { ProviderCard } from '../core/instance/card.ts';
import type { Passes } from '../ports/passes.ts';
import type { WorkQueue } from '../ports/queue.ts';
import { createPasses } from '../usecases/common/take-pass.ts';
import { type Config, readConfig } from './config.ts';
import { type Factory, once, type Runtime } from './runtime.ts';

const set = <Value>(value: Value | undefined, name: string): Value => {
  if (value === undefined) throw new Failure('BadConfig', `${name} is missing`, { field: name });
  return value;
};

const access = ({ config }: Runtime, service: keyof Config['endpoints']) => ({
  region: config.region,
  endpoint: config.endpoints[service],
});

export const database = (runtime: Runtime) =>
  connect({ ...access(runtime, 'dynamodb'), ...runtime.database });

const secrets = (runtime: Runtime) => createSecrets(access(runtime, 'secrets'));

/** The variables that the values of a secret stand for. */
const variablesOf = (name: string, { current, previous }: Versions<string>): Keys => ({
  [name]: current,
  ...(previous !== null && { [previousVariable(name)]: previous }),
});

/** The keys that secrets hold, by the variables that they stand for. */
async function readKeys(runtime: Runtime): Promise<Keys> {
  const { secretArns, providerSecretArns } = runtime.config;
  const { read, readFields } = once(runtime, secrets);
  const own = Object.entries(secretArns).flatMap(([name, arn]) =>
    arn === undefined ? [] : [read(arn).then((value) => variablesOf(name, value))],
  );
  const ofProviders = [...providerSecretArns].map(async ([name, arn]) => {
    const row = rowOf(name);
    // A secret that lacks a field is no trouble of other providers: this one has no keys.
    const { current, previous } = await readFields(arn, Object.keys(row.keys));
    const before = Object.entries(previous === null ? {} : keyVariables(row, previous));
    return {
      ...keyVariables(row, current),
      ...Object.fromEntries(before.map(([name, value]) => [previousVariable(name), value])),
    };
  });
  return Object.assign({}, ...(await Promise.all([...own, ...ofProviders])));
}

/** What adds current keys to the runtime; null where the configuration names no secret. */
const keyring = (runtime: Runtime) => {
  const { secretArns, providerSecretArns } = runtime.config;
  const named = [...Object.values(secretArns), ...providerSecretArns.values()];
  if (named.every((arn) => arn === undefined)) return null;
  const ring: Keyring<Runtime> = createKeyring({
    read: () => readKeys(runtime),
    clock: runtime.clock,
    // Only a deployed function names secrets: the rest of its configuration is the process's own.
    make: (keys) => ({
      ...runtime,
      config: readConfig(undefined, keys),
      withoutKeys: runtime,
      onRefusedKey: () => ring.reportRefusal(),
    }),
  });
  return ring;
};

/** A use case that needs keys: it always has the current ones. Others never read them. */
export function withKeys<Input, Output>(
  runtime: Runtime,
  factory: Factory<(input: Input) => Output | Promise<Output>>,
) {
  return async (input: Input): Promise<Output> => {
    const keys = once(runtime, keyring);
    return keys === null
      ? once(runtime, factory)(input)
      : keys.use((keyed) => once(keyed, factory)(input));
  };
}

/** The runtime whose clients of AWS are shared, whatever keys come and go. */
const shared = (runtime: Runtime): Runtime => runtime.withoutKeys ?? runtime;

export const signer = ({ config }: Runtime) =>
  createHmacSigner({
    current: set(config.tagKey, 'GPU_SHOPPER_TAG_KEY'),
    ...(config.tagKeyPrevious !== undefined && { previous: config.tagKeyPrevious }),
  });

/** Signs cursors with a key of its own: functions that list must not hold the tag key. */
export const cursorSigner = ({ config }: Runtime) =>
  createHmacSigner({ current: set(config.cursorKey, 'GPU_SHOPPER_CURSOR_KEY') });

/** Pages an operator: an alarm counts these lines. */
export const paging = (runtime: Runtime) => ({
  page: (message: string) => runtime.log({ kind: 'page', error: 'Page', message, id: undefined }),
});

export const gates = (runtime: Runtime) => createGateStore(table(runtime, 'inventory'));

/** The passes of all providers; the same for every key. */
export const passes = (runtime: Runtime): Passes =>
  createPasses({
    gates: once(shared(runtime), gates),
    clock: runtime.clock,
    pause: runtime.pause,
    cardOf,
    ...paging(runtime),
  });

const registry = (runtime: Runtime) =>
  createRegistry({
    passes: once(shared(runtime), passes),
    access: runtime.config.providers,
    onRefusedKey: runtime.onRefusedKey,
  });

const stepFunctions = (runtime: Runtime) => {
  const { stateMachineArn: arn } = runtime.config;
  const stateMachineArn = set(arn, 'GPU_SHOPPER_STATE_MACHINE_ARN');
  return createStepFunctions({ ...access(runtime, 'workflow'), stateMachineArn });
};

const tokens = (runtime: Runtime) => createTaskTokens(access(runtime, 'workflow'));

/** Waking and keeping alive alone: the bundle of heartbeats is the smallest. */
export const taskTokens = (runtime: Runtime) => runtime.workflow ?? once(shared(runtime), tokens);

export const workflow = (runtime: Runtime) =>
  runtime.workflow ?? once(shared(runtime), stepFunctions);

const schedules = (runtime: Runtime) => {
  const { deployment, schedule } = runtime.config;
  return createScheduler({
    ...access(runtime, 'scheduler'),
    deployment,
    group: set(schedule.group, 'GPU_SHOPPER_SCHEDULE_GROUP'),
    targetArn: set(schedule.targetArn, 'GPU_SHOPPER_SCHEDULE_TARGET_ARN'),
    roleArn: set(schedule.roleArn, 'GPU_SHOPPER_SCHEDULE_ROLE_ARN'),
    deadLetterArn: set(schedule.dlqArn, 'GPU_SHOPPER_SCHEDULE_DLQ_ARN'),
  });
};

export const scheduler = (runtime: Runtime) =>
  runtime.scheduler ?? once(shared(runtime), schedules);

const lambda = (runtime: Runtime) =>
  createLambdaInvoker({
    ...access(runtime, 'lambda'),
    deployment: runtime.config.deployment,
  });

export const invoker = (runtime: Runtime) => runtime.invoker ?? once(shared(runtime), lambda);

const queueUrl = (worker: Worker) =>
  worker === 'work-list' ? 'GPU_SHOPPER_LIST_QUEUE_URL' : 'GPU_SHOPPER_WORK_QUEUE_URL';

const sqs = (runtime: Runtime): Readonly<Record<Worker, WorkQueue>> => {
  const open = (worker: Worker) => {
    const url = set(runtime.config.queueUrls[worker], queueUrl(worker));
    return createQueue({ ...access(runtime, 'sqs'), queueUrl: url });
  };
  return { 'work-provider': open('work-provider'), 'work-list': open('work-list') };
};

/** The queue of each worker. */
export const queues =
  (runtime: Runtime) =>
  (worker: Worker): WorkQueue =>
    runtime.queues?.[worker] ?? once(shared(runtime), sqs)[worker];

/** The route of heartbeats as instances call it, from outside. */
export const heartbeatRoute = (runtime: Runtime) =>
  runtime.heartbeatRoute ??
  createHeartbeatRoute(set(runtime.config.nodeUrl, 'GPU_SHOPPER_NODE_URL'));

const bucket = (runtime: Runtime) =>
  createS3Blobs({ ...access(runtime, 's3'), bucket: runtime.config.snapshotBucket });

const blobs = (runtime: Runtime) => runtime.blobs ?? once(shared(runtime), bucket);

const metrics = ({ config }: Runtime) => createCounter(config.deployment);

/** Counts one occurrence of an event that should be rare. */
export const counter = (runtime: Runtime) => runtime.count ?? once(shared(runtime), metrics);

export const table = (runtime: Runtime, name: keyof Config['tables']) =>
  openTable(once(shared(runtime), database), runtime.config.tables[name]);

export const offerMarks = (runtime: Runtime) => offerMarksIn(table(runtime, 'inventory'));
export const menu = (runtime: Runtime) =>
  createMenuStore(
    table(runtime, 'inventory'),
    once(runtime, blobs),
    (provider) => cardOf(provider).searchLag,
  );
export const freezes = (runtime: Runtime) => createFreezeStore(table(runtime, 'leases'));
export const runs = (runtime: Runtime) => createRunStore(table(runtime, 'live'));
export const sweeps = (runtime: Runtime) => createSweepStore(table(runtime, 'inventory'));
export const tickets = (runtime: Runtime) => createTicketStore(table(runtime, 'inventory'));
export const providerAccounts = (runtime: Runtime) =>
  createProviderAccountStore(table(runtime, 'inventory'));
export const rooms = (runtime: Runtime) => createRoomStore(table(runtime, 'inventory'));
export const reconciliations = (runtime: Runtime) =>
  createReconciliationStore(table(runtime, 'inventory'));
export const leases = (runtime: Runtime) => createLeaseStore(table(runtime, 'leases'));
export const ingest = (runtime: Runtime) => createIngestStore(table(runtime, 'inventory'));
export const pulses = (runtime: Runtime) => createPulseStore(table(runtime, 'leases'));
export const accounts = (runtime: Runtime) => createAccountStore(table(runtime, 'ledger'));
const ledger = (runtime: Runtime) => createLedgerStore(table(runtime, 'ledger'));

export const records = (runtime: Runtime) => ({
  leases: once(runtime, leases),
  accounts: once(runtime, accounts),
  ledger: once(runtime, ledger),
  clock: runtime.clock,
});

export const providers = (runtime: Runtime) => once(runtime, registry).providerNamed;

export const providerNames = ({ config }: Runtime) => config.enabledProviders;

/** The greatest time of any provider: what is held and waited for must do for each. */
export const longest = (of: (card: ProviderCard) => DurationMs): DurationMs =>
  durationMs(Math.max(0, ...ProviderName.options.map((name) => of(cardOf(name)))));

/** Whether instances can call the service: without an endpoint they run no agent. */
export const phoneHome = ({ config }: Runtime): boolean => config.nodeUrl !== undefined;

/** The providers whose instances can end themselves, and their billing. */
export const selfEndingProviders: ReadonlySet<ProviderName> = new Set(
  ProviderName.options.filter((name) => cardOf(name).selfEnding),
);

export const sight = (runtime: Runtime) => ({
  providers: providers(runtime),
  providerAccounts: once(runtime, providerAccounts),
  clock: runtime.clock,
  deployment: runtime.config.deployment,
  signer: once(runtime, signer),
});

export const waking = (runtime: Runtime) => ({
  pulses: once(runtime, pulses),
  workflow: once(runtime, workflow),
});

/** What tells of an instance when it is over. */
export const lastKnown = (runtime: Runtime) => ({
  pulses: once(runtime, pulses),
  sweeps: once(runtime, sweeps),
});
