// The composition root: one named factory for each use case, so that a bundle holds only what it
// calls. Lambda, the local service, the demo and the tests all compose here; they differ in the
// runtime they bring, never in the code.

import { leaseIdFor, requestHash } from '../adapters/derive-ids.ts';
import { readLeaseToken } from '../adapters/lease-token.ts';
import { cardOf } from '../adapters/providers/registry.ts';
import { createSshProbe } from '../adapters/ssh-probe.ts';
import { ProviderName } from '../core/base/providers.ts';
import { attemptLimit, reservedEnv } from '../core/instance/card.ts';
import { createEnforceDeadline } from '../usecases/lease/enforce-deadline.ts';
import {
  createListLeases,
  createReadEvents,
  createReadLease,
} from '../usecases/lease/read-lease.ts';
import {
  createRecordAppHeartbeat,
  createRecordNodeHeartbeat,
} from '../usecases/lease/record-heartbeat.ts';
import { createReleaseLease } from '../usecases/lease/release-lease.ts';
import { createRequestLease } from '../usecases/lease/request-lease.ts';
import { createArmDeadline } from '../usecases/lease/steps/arm-deadline.ts';
import { createAwaitReady } from '../usecases/lease/steps/await-ready.ts';
import { createChooseOffer } from '../usecases/lease/steps/choose-offer.ts';
import { createConfirmReady } from '../usecases/lease/steps/confirm-ready.ts';
import { createEndLease } from '../usecases/lease/steps/end-lease.ts';
import { createJudgeLease } from '../usecases/lease/steps/judge-lease.ts';
import { createParkWork } from '../usecases/lease/steps/park-work.ts';
import { createProbeReady } from '../usecases/lease/steps/probe-ready.ts';
import { createServeLease } from '../usecases/lease/steps/serve-lease.ts';
import { createSettleLease } from '../usecases/lease/steps/settle-lease.ts';
import { createTearDown } from '../usecases/lease/tear-down-now.ts';
import { createListOffers, createReadOffer } from '../usecases/menu/list-offers.ts';
import { createRefreshOffers } from '../usecases/menu/refresh-offers.ts';
import { createReadHealth } from '../usecases/operations/read-health.ts';
import { choosing } from './choosing.ts';
import {
  accounts,
  counter,
  freezes,
  gates,
  ingest,
  lastKnown,
  leases,
  longest,
  menu,
  phoneHome,
  providerNames,
  providers,
  pulses,
  queues,
  records,
  scheduler,
  sight,
  signer,
  sweeps,
  taskTokens,
  tickets,
  waking,
  withKeys,
  workflow,
} from './parts.ts';
import { once, type Runtime } from './runtime.ts';

// The steps of the workflow.

export const chooseOffer = (runtime: Runtime) => createChooseOffer(choosing(runtime));

export const armDeadline = (runtime: Runtime) =>
  createArmDeadline({ ...records(runtime), scheduler: once(runtime, scheduler) });

export const parkWork = (runtime: Runtime) =>
  createParkWork({
    ...records(runtime),
    workflow: once(runtime, workflow),
    queues: queues(runtime),
    tickets: once(runtime, tickets),
    cardOf,
  });

export const awaitReady = (runtime: Runtime) =>
  createAwaitReady({
    ...records(runtime),
    ...waking(runtime),
    phoneHome: phoneHome(runtime),
  });

export const probeReady = (runtime: Runtime) =>
  createProbeReady({
    ...records(runtime),
    pulses: once(runtime, pulses),
    cardOf,
    probe: createSshProbe(),
  });

export const confirmReady = (runtime: Runtime) =>
  createConfirmReady({
    ...records(runtime),
    pulses: once(runtime, pulses),
    scheduler: once(runtime, scheduler),
    cardOf,
  });

export const serveLease = (runtime: Runtime) =>
  createServeLease({ ...records(runtime), ...waking(runtime) });

export const judgeLease = (runtime: Runtime) =>
  createJudgeLease({
    ...records(runtime),
    ...waking(runtime),
    ingest: once(runtime, ingest),
    sweeps: once(runtime, sweeps),
    providerNames: providerNames(runtime),
  });

export const endLease = (runtime: Runtime) =>
  createEndLease({ ...records(runtime), pulses: once(runtime, pulses) });

export const settleLease = (runtime: Runtime) =>
  createSettleLease({ ...records(runtime), scheduler: once(runtime, scheduler) });

// Schedules.

/** Only the teardown needs keys: without them a deadline is still committed. */
export const enforceDeadline = (runtime: Runtime) =>
  createEnforceDeadline({
    ...records(runtime),
    pulses: once(runtime, pulses),
    scheduler: once(runtime, scheduler),
    tearDown: withKeys(runtime, (keyed) =>
      createTearDown({
        ...records(keyed),
        ...waking(keyed),
        ...lastKnown(keyed),
        ...sight(keyed),
      }),
    ),
  });

export const refreshOffers = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    createRefreshOffers({
      providers: providers(keyed),
      menu: once(keyed, menu),
      clock: keyed.clock,
      warn: (message) => keyed.log({ kind: 'menu', error: undefined, message, id: undefined }),
    }),
  );

// The API.

export const listOffers = (runtime: Runtime) =>
  createListOffers({ menu: once(runtime, menu), providerNames: providerNames(runtime) });

export const readOffer = (runtime: Runtime) =>
  createReadOffer({ menu: once(runtime, menu), providerNames: providerNames(runtime) });

export const readHealth = (runtime: Runtime) =>
  createReadHealth({
    menu: once(runtime, menu),
    sweeps: once(runtime, sweeps),
    providerNames: providerNames(runtime),
    clock: runtime.clock,
  });

export const requestLease = (runtime: Runtime) =>
  createRequestLease({
    leases: once(runtime, leases),
    freezes: once(runtime, freezes),
    accounts: once(runtime, accounts),
    workflow: once(runtime, workflow),
    clock: runtime.clock,
    limits: runtime.config.limits,
    attemptLimit: longest(attemptLimit),
    reservedEnv: reservedEnv(ProviderName.options.map(cardOf)),
    phoneHome: phoneHome(runtime),
    leaseIdFor,
    hashOf: requestHash,
  });

export const readLease = (runtime: Runtime) =>
  createReadLease({
    leases: once(runtime, leases),
    tickets: once(runtime, tickets),
    gates: once(runtime, gates),
    clock: runtime.clock,
    cardOf,
  });
export const readEvents = (runtime: Runtime) => createReadEvents({ leases: once(runtime, leases) });

export const listLeases = (runtime: Runtime) => createListLeases({ leases: once(runtime, leases) });

export const releaseLease = (runtime: Runtime) =>
  createReleaseLease({ ...records(runtime), ...waking(runtime) });

const heartbeats = (runtime: Runtime) => ({
  pulses: once(runtime, pulses),
  workflow: once(runtime, taskTokens),
  leases: once(runtime, leases),
  clock: runtime.clock,
  count: once(runtime, counter),
});

export const recordAppHeartbeat = (runtime: Runtime) =>
  createRecordAppHeartbeat(heartbeats(runtime));
export const recordNodeHeartbeat = (runtime: Runtime) =>
  createRecordNodeHeartbeat({ ...heartbeats(runtime), ingest: once(runtime, ingest) });

/** Reads the bearer token of a rented instance; null when it isn't one of ours. */
export const leaseTokenReader = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => (token: string) => readLeaseToken(token, once(keyed, signer)));

/** The records themselves, to be checked against each other. */
export const books = (runtime: Runtime) => records(runtime);
