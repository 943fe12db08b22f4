// What use cases are made of: each part is made once for a runtime, on first use, from its
// configuration or from what the runtime brings. It composes nothing and decides nothing.

import { createReconciliationStore } from '../adapters/dynamodb/billing/reconciliation-store.ts';
import { createRoomStore } from '../adapters/dynamodb/billing/room-store.ts';
import { connect } from '../adapters/dynamodb/client.ts';
import { createLeaseStore } from '../adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../adapters/dynamodb/lease/pulse-store.ts';
import { createAccountStore } from '../adapters/dynamodb/ledger/account-store.ts';
import { createLedgerStore } from '../adapters/dynamodb/ledger/ledger-store.ts';
import {
  createMenuStore,
  goneOffers as goneOffersIn,
} from '../adapters/dynamodb/menu/menu-store.ts';
import { createFreezeStore } from '../adapters/dynamodb/operations/freeze-store.ts';
import { createSweepStore } from '../adapters/dynamodb/sweep/sweep-store.ts';
import { openTable } from '../adapters/dynamodb/table.ts';
import { createHmacSigner } from '../adapters/hmac-signer.ts';
import { createLeaseToken } from '../adapters/lease-token.ts';
import { cardOf, createRegistry } from '../adapters/providers/registry.ts';
import { createS3Blobs } from '../adapters/s3-blobs.ts';
import { createScheduler } from '../adapters/scheduler.ts';
import { createSecrets } from '../adapters/secrets.ts';
import { createStepFunctions } from '../adapters/step-functions.ts';
import { packedAgent } from '../agent/packed.ts';
import { Failure } from '../core/base/failure.ts';
import { noContactLimit } from '../core/base/policy/instance.ts';
import { policy } from '../core/base/policy/policy.ts';
import { keyVariables, ProviderName, rowOf } from '../core/base/providers.ts';
import { type DurationMs, durationMs } from '../core/base/time.ts';
import type { Lease } from '../core/lease/lease.ts';
import type { ProviderCard } from '../ports/provider.ts';
import type { NodeSetup } from '../usecases/lease/steps/launch-instance.ts';
import { type Config, readConfig } from './config.ts';
import { type Factory, once, type Runtime } from './runtime.ts';
import type { Variables } from './variables.ts';

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

/**
 * The same runtime with the keys that secrets hold for it. Only a deployed function names secrets,
 * so the rest of its configuration is the process's own.
 */
async function opened(runtime: Runtime): Promise<Runtime> {
  const { secretArns, providerSecretArns } = runtime.config;
  const { read, readFields } = once(runtime, secrets);
  const own = Object.entries(secretArns).flatMap(([name, arn]) =>
    arn === undefined ? [] : [read(arn).then((value) => ({ [name]: value }))],
  );
  const ofProviders = [...providerSecretArns].map(async ([name, arn]) => {
    const row = rowOf(name);
    // A secret that lacks a field is no trouble of other providers: this one has no keys.
    return keyVariables(row, await readFields(arn, Object.keys(row.keys)));
  });
  const variables: readonly Variables[] = await Promise.all([...own, ...ofProviders]);
  if (variables.length === 0) return runtime;
  return { ...runtime, config: readConfig(undefined, Object.assign({}, ...variables)) };
}

/**
 * A use case that needs keys: they are read before its first call, and kept once all are there.
 * Use cases that need none never ask for them.
 */
export function withKeys<Input, Output>(
  runtime: Runtime,
  factory: Factory<(input: Input) => Output | Promise<Output>>,
) {
  let run: ReturnType<typeof factory> | undefined;
  return async (input: Input): Promise<Output> => {
    run ??= factory(await opened(runtime));
    return run(input);
  };
}

export const signer = ({ config }: Runtime) =>
  createHmacSigner({
    current: set(config.tagKey, 'GPU_SHOPPER_TAG_KEY'),
    ...(config.tagKeyPrevious !== undefined && { previous: config.tagKeyPrevious }),
  });

const registry = ({ config, pause }: Runtime) =>
  createRegistry({ pause, access: config.providers });

export const workflow = (runtime: Runtime) => {
  const { config } = runtime;
  if (runtime.workflow !== undefined) return runtime.workflow;
  const stateMachineArn = set(config.stateMachineArn, 'GPU_SHOPPER_STATE_MACHINE_ARN');
  return createStepFunctions({ ...access(runtime, 'workflow'), stateMachineArn });
};

export const scheduler = (runtime: Runtime) => {
  if (runtime.scheduler !== undefined) return runtime.scheduler;
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

const blobs = (runtime: Runtime) =>
  runtime.blobs ??
  createS3Blobs({ ...access(runtime, 's3'), bucket: runtime.config.snapshotBucket });

export const table = (runtime: Runtime, name: keyof Config['tables']) =>
  openTable(once(runtime, database), runtime.config.tables[name]);

export const goneOffers = (runtime: Runtime) => goneOffersIn(table(runtime, 'inventory'));
export const menu = (runtime: Runtime) =>
  createMenuStore(table(runtime, 'inventory'), once(runtime, blobs));
export const freezes = (runtime: Runtime) => createFreezeStore(table(runtime, 'leases'));
export const sweeps = (runtime: Runtime) => createSweepStore(table(runtime, 'inventory'));
export const rooms = (runtime: Runtime) => createRoomStore(table(runtime, 'inventory'));
export const reconciliations = (runtime: Runtime) =>
  createReconciliationStore(table(runtime, 'inventory'));
export const leases = (runtime: Runtime) => createLeaseStore(table(runtime, 'leases'));
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

export const sight = (runtime: Runtime) => ({
  providers: providers(runtime),
  clock: runtime.clock,
  deployment: runtime.config.deployment,
  signer: once(runtime, signer),
});

export const waking = (runtime: Runtime) => ({
  pulses: once(runtime, pulses),
  workflow: once(runtime, workflow),
});

/** What tells of a machine when it is over. */
export const lastKnown = (runtime: Runtime) => ({
  pulses: once(runtime, pulses),
  sweeps: once(runtime, sweeps),
});

const nodeSeconds = (lease: Lease): string => {
  const { grace, lastScript } = policy.node;
  const deaf = noContactLimit(lease.terms.silenceLimit);
  return [policy.heartbeat.every, deaf, grace, lastScript].map((ms) => ms / 1_000).join(' ');
};

/** The agent and what it needs to phone home: nothing of ours but its own lease token. */
export const nodeSetup = (runtime: Runtime) => {
  const { nodeUrl } = runtime.config;
  return (lease: Lease, attempt: number): NodeSetup => {
    if (nodeUrl === undefined) return { env: {}, agent: null };
    const token = createLeaseToken({ leaseId: lease.id, attempt }, once(runtime, signer));
    const env = {
      GPU_SHOPPER_NODE_URL: nodeUrl,
      GPU_SHOPPER_LEASE_TOKEN: token,
      GPU_SHOPPER_NODE_SECONDS: nodeSeconds(lease),
    };
    return { env, agent: packedAgent() };
  };
};
