// The composition root: one named factory for each use case, so that a bundle holds only what it
// calls. Lambda, the local service, the demo and the tests all compose here; they differ in the
// runtime they bring, never in the code.

import { leaseIdFor, requestHash } from './adapters/derive-ids.ts';
import { accountStore } from './adapters/dynamodb/account-store.ts';
import { connect } from './adapters/dynamodb/client.ts';
import { leaseStore } from './adapters/dynamodb/lease-store.ts';
import { ledgerStore } from './adapters/dynamodb/ledger-store.ts';
import { menuStore } from './adapters/dynamodb/menu-store.ts';
import { pulseStore } from './adapters/dynamodb/pulse-store.ts';
import { openTable } from './adapters/dynamodb/table.ts';
import { createHmacSigner } from './adapters/hmac-signer.ts';
import { makeLeaseToken, readLeaseToken } from './adapters/lease-token.ts';
import { cards, createRegistry } from './adapters/providers/registry.ts';
import { s3Blobs } from './adapters/s3-blobs.ts';
import { createScheduler } from './adapters/scheduler.ts';
import { createSecrets } from './adapters/secrets.ts';
import { createSshProbe } from './adapters/ssh-probe.ts';
import { createStepFunctions } from './adapters/step-functions.ts';
import { type Config, readConfig } from './config.ts';
import { Failure } from './core/failure.ts';
import { ProviderName } from './core/ids.ts';
import type { Lease } from './core/lease.ts';
import { type DurationMs, durationMs } from './core/time.ts';
import type { ProviderCard } from './ports/provider.ts';
import { type Factory, once, type Runtime } from './runtime.ts';
import { makeArmDeadline } from './usecases/arm-deadline.ts';
import { makeAwaitReady } from './usecases/await-ready.ts';
import { attemptLimit } from './usecases/card-times.ts';
import { makeChooseOffer } from './usecases/choose-offer.ts';
import { makeConfirmReady } from './usecases/confirm-ready.ts';
import { makeDestroyInstance } from './usecases/destroy-instance.ts';
import { makeEndLease } from './usecases/end-lease.ts';
import { makeEnforceDeadline } from './usecases/enforce-deadline.ts';
import { makeFindLaunched } from './usecases/find-launched.ts';
import { makeJudgeLease } from './usecases/judge-lease.ts';
import { makeLaunchInstance } from './usecases/launch-instance.ts';
import { makeListOffers, makeReadOffer } from './usecases/list-offers.ts';
import { makeProbeReady } from './usecases/probe-ready.ts';
import { makeProveAbsence } from './usecases/prove-absence.ts';
import { makeReadHealth } from './usecases/read-health.ts';
import { makeListLeases, makeReadEvents, makeReadLease } from './usecases/read-lease.ts';
import { makeRecordAppHeartbeat, makeRecordNodeHeartbeat } from './usecases/record-heartbeat.ts';
import { makeRefreshOffers } from './usecases/refresh-offers.ts';
import { makeReleaseLease } from './usecases/release-lease.ts';
import { makeRequestLease } from './usecases/request-lease.ts';
import { makeRetireAttempt } from './usecases/retire-attempt.ts';
import { makeServeLease } from './usecases/serve-lease.ts';
import { makeSettleLease } from './usecases/settle-lease.ts';

// What use cases are made of. Each part is made once for a runtime, on first use.

const set = <Value>(value: Value | undefined, name: string): Value => {
  if (value === undefined) throw new Failure('BadConfig', `${name} is missing`, { field: name });
  return value;
};

const database = (runtime: Runtime) =>
  connect({ region: runtime.config.region, ...runtime.database });

const secrets = ({ config }: Runtime) => createSecrets({ region: config.region });

/** The same runtime with the keys in its configuration that secrets hold for it. */
async function opened(runtime: Runtime): Promise<Runtime> {
  const { secretArns } = runtime.config;
  const named = Object.entries(secretArns).filter(([, arn]) => arn !== undefined);
  if (named.length === 0) return runtime;
  const read = async ([name, arn = '']: (typeof named)[number]) =>
    [name, await once(runtime, secrets).read(arn)] as const;
  const keys = Object.fromEntries(await Promise.all(named.map(read)));
  return { ...runtime, config: readConfig(undefined, keys) };
}

const nobody = (): { runtime: Runtime | null } => ({ runtime: null });

/**
 * A use case that needs keys. They are read before its first call, and kept once all are there;
 * use cases that need none never ask for them.
 */
const withKeys =
  <Input, Output>(factory: Factory<(input: Input) => Output | Promise<Output>>) =>
  (runtime: Runtime) => {
    const kept = once(runtime, nobody);
    return async (input: Input): Promise<Output> => {
      kept.runtime ??= await opened(runtime);
      return once(kept.runtime, factory)(input);
    };
  };

const signer = ({ config }: Runtime) =>
  createHmacSigner({
    current: set(config.tagKey, 'GPU_SHOPPER_TAG_KEY'),
    ...(config.tagKeyPrevious !== undefined && { previous: config.tagKeyPrevious }),
  });

const registry = ({ config, pause }: Runtime) =>
  createRegistry({
    pause,
    access: { ...(config.vastai !== undefined && { vastai: config.vastai }) },
  });

const workflow = (runtime: Runtime) => {
  const { config } = runtime;
  if (runtime.workflow !== undefined) return runtime.workflow;
  const stateMachineArn = set(config.stateMachineArn, 'GPU_SHOPPER_STATE_MACHINE_ARN');
  return createStepFunctions({ stateMachineArn, region: config.region });
};

const scheduler = (runtime: Runtime) => {
  if (runtime.scheduler !== undefined) return runtime.scheduler;
  const { region, deployment, schedule } = runtime.config;
  return createScheduler({
    region,
    deployment,
    group: set(schedule.group, 'GPU_SHOPPER_SCHEDULE_GROUP'),
    targetArn: set(schedule.targetArn, 'GPU_SHOPPER_SCHEDULE_TARGET_ARN'),
    roleArn: set(schedule.roleArn, 'GPU_SHOPPER_SCHEDULE_ROLE_ARN'),
    deadLetterArn: set(schedule.dlqArn, 'GPU_SHOPPER_SCHEDULE_DLQ_ARN'),
  });
};

const blobs = (runtime: Runtime) =>
  runtime.blobs ??
  s3Blobs({ bucket: runtime.config.snapshotBucket, region: runtime.config.region });

const table = (runtime: Runtime, name: keyof Config['tables']) =>
  openTable(once(runtime, database), runtime.config.tables[name]);

const menu = (runtime: Runtime) => menuStore(table(runtime, 'inventory'), once(runtime, blobs));
const leases = (runtime: Runtime) => leaseStore(table(runtime, 'leases'));
const pulses = (runtime: Runtime) => pulseStore(table(runtime, 'leases'));
const accounts = (runtime: Runtime) => accountStore(table(runtime, 'ledger'));
const ledger = (runtime: Runtime) => ledgerStore(table(runtime, 'ledger'));

const records = (runtime: Runtime) => ({
  leases: once(runtime, leases),
  accounts: once(runtime, accounts),
  ledger: once(runtime, ledger),
  clock: runtime.clock,
});

const providers = (runtime: Runtime) => once(runtime, registry).providerNamed;

const providerNames = ProviderName.options;

/** The greatest time of any provider: what is held and waited for must do for each. */
const longest = (of: (card: ProviderCard) => DurationMs): DurationMs =>
  durationMs(Math.max(0, ...providerNames.map((name) => of(cards[name]))));

const sight = (runtime: Runtime) => ({
  providers: providers(runtime),
  clock: runtime.clock,
  deployment: runtime.config.deployment,
  signer: once(runtime, signer),
});

const waking = (runtime: Runtime) => ({
  pulses: once(runtime, pulses),
  workflow: once(runtime, workflow),
});

/** What a machine needs to phone home: nothing of ours but its own lease token. */
const nodeEnv = (runtime: Runtime) => {
  const { nodeUrl } = runtime.config;
  return (lease: Lease, attempt: number): Readonly<Record<string, string>> => {
    if (nodeUrl === undefined) return {};
    const token = makeLeaseToken({ leaseId: lease.id, attempt }, once(runtime, signer));
    return { GPU_SHOPPER_NODE_URL: nodeUrl, GPU_SHOPPER_LEASE_TOKEN: token };
  };
};

// The steps of the workflow.

export const chooseOffer = (runtime: Runtime) =>
  makeChooseOffer({
    ...records(runtime),
    menu: once(runtime, menu),
    providerNames,
    bootLimit: longest((card) => card.bootLimit),
  });

export const armDeadline = (runtime: Runtime) =>
  makeArmDeadline({ ...records(runtime), scheduler: once(runtime, scheduler) });

export const launchInstance = (runtime: Runtime) =>
  makeLaunchInstance({
    ...records(runtime),
    ...sight(runtime),
    pulses: once(runtime, pulses),
    nodeEnv: nodeEnv(runtime),
  });

export const findLaunched = (runtime: Runtime) =>
  makeFindLaunched({ ...records(runtime), ...sight(runtime) });

export const awaitReady = (runtime: Runtime) =>
  makeAwaitReady({
    ...records(runtime),
    ...waking(runtime),
    providers: providers(runtime),
    phoneHome: runtime.config.nodeUrl !== undefined,
  });

export const probeReady = (runtime: Runtime) =>
  makeProbeReady({
    ...records(runtime),
    pulses: once(runtime, pulses),
    providers: providers(runtime),
    probe: createSshProbe(),
  });

export const confirmReady = (runtime: Runtime) =>
  makeConfirmReady({
    ...records(runtime),
    pulses: once(runtime, pulses),
    providers: providers(runtime),
    scheduler: once(runtime, scheduler),
  });

export const retireAttempt = (runtime: Runtime) =>
  makeRetireAttempt({ ...records(runtime), ...sight(runtime) });

export const serveLease = (runtime: Runtime) =>
  makeServeLease({ ...records(runtime), ...waking(runtime) });

export const judgeLease = (runtime: Runtime) =>
  makeJudgeLease({ ...records(runtime), pulses: once(runtime, pulses) });

export const endLease = (runtime: Runtime) =>
  makeEndLease({ ...records(runtime), pulses: once(runtime, pulses) });

export const destroyInstance = (runtime: Runtime) =>
  makeDestroyInstance({ ...records(runtime), providers: providers(runtime) });

export const proveAbsence = (runtime: Runtime) =>
  makeProveAbsence({ ...records(runtime), ...sight(runtime) });

export const settleLease = (runtime: Runtime) =>
  makeSettleLease({ ...records(runtime), scheduler: once(runtime, scheduler) });

// Schedules.

export const enforceDeadline = (runtime: Runtime) =>
  makeEnforceDeadline({
    ...records(runtime),
    ...waking(runtime),
    providers: providers(runtime),
    scheduler: once(runtime, scheduler),
  });

export const refreshOffers = (runtime: Runtime) =>
  makeRefreshOffers({
    providers: providers(runtime),
    menu: once(runtime, menu),
    clock: runtime.clock,
  });

// The API.

export const listOffers = (runtime: Runtime) =>
  makeListOffers({ menu: once(runtime, menu), providerNames });

export const readOffer = (runtime: Runtime) =>
  makeReadOffer({ menu: once(runtime, menu), providerNames });

export const readHealth = (runtime: Runtime) =>
  makeReadHealth({
    menu: once(runtime, menu),
    providerNames,
    clock: runtime.clock,
  });

export const requestLease = (runtime: Runtime) =>
  makeRequestLease({
    leases: once(runtime, leases),
    accounts: once(runtime, accounts),
    workflow: once(runtime, workflow),
    clock: runtime.clock,
    limits: runtime.config.limits,
    attemptLimit: longest(attemptLimit),
    leaseIdFor,
    hashOf: requestHash,
  });

export const readLease = (runtime: Runtime) => makeReadLease({ leases: once(runtime, leases) });
export const readEvents = (runtime: Runtime) => makeReadEvents({ leases: once(runtime, leases) });

export const listLeases = (runtime: Runtime) => makeListLeases({ leases: once(runtime, leases) });

export const releaseLease = (runtime: Runtime) =>
  makeReleaseLease({ ...records(runtime), ...waking(runtime) });

const heartbeats = (runtime: Runtime) => ({
  ...waking(runtime),
  leases: once(runtime, leases),
  clock: runtime.clock,
});

export const recordAppHeartbeat = (runtime: Runtime) => makeRecordAppHeartbeat(heartbeats(runtime));
export const recordNodeHeartbeat = (runtime: Runtime) =>
  makeRecordNodeHeartbeat(heartbeats(runtime));

/** Reads the bearer token of a rented machine; null when it isn't one of ours. */
export const leaseTokenReader = (runtime: Runtime) => (token: string) =>
  readLeaseToken(token, once(runtime, signer));

/** The records themselves, to be checked against each other. */
export const books = (runtime: Runtime) => records(runtime);
