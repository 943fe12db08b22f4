// The composition root: one named factory for each use case, so that a bundle holds only what it
// calls. Lambda, the local service, the demo and the tests all compose here; they differ in the
// runtime they bring, never in the code.

import { leaseIdFor, requestHash } from '../adapters/derive-ids.ts';
import { readLeaseToken } from '../adapters/lease-token.ts';
import { createSshProbe } from '../adapters/ssh-probe.ts';
import { attemptLimit } from '../usecases/common/card-times.ts';
import { makeEnforceDeadline } from '../usecases/lease/enforce-deadline.ts';
import { makeListLeases, makeReadEvents, makeReadLease } from '../usecases/lease/read-lease.ts';
import {
  makeRecordAppHeartbeat,
  makeRecordNodeHeartbeat,
} from '../usecases/lease/record-heartbeat.ts';
import { makeReleaseLease } from '../usecases/lease/release-lease.ts';
import { makeRequestLease } from '../usecases/lease/request-lease.ts';
import { makeArmDeadline } from '../usecases/lease/steps/arm-deadline.ts';
import { makeAwaitReady } from '../usecases/lease/steps/await-ready.ts';
import { makeChooseOffer } from '../usecases/lease/steps/choose-offer.ts';
import { makeConfirmReady } from '../usecases/lease/steps/confirm-ready.ts';
import { makeDestroyInstance } from '../usecases/lease/steps/destroy-instance.ts';
import { makeEndLease } from '../usecases/lease/steps/end-lease.ts';
import { makeFindLaunched } from '../usecases/lease/steps/find-launched.ts';
import { makeJudgeLease } from '../usecases/lease/steps/judge-lease.ts';
import { makeLaunchInstance } from '../usecases/lease/steps/launch-instance.ts';
import { makeProbeReady } from '../usecases/lease/steps/probe-ready.ts';
import { makeProveAbsence } from '../usecases/lease/steps/prove-absence.ts';
import { makeRetireAttempt } from '../usecases/lease/steps/retire-attempt.ts';
import { makeServeLease } from '../usecases/lease/steps/serve-lease.ts';
import { makeSettleLease } from '../usecases/lease/steps/settle-lease.ts';
import { makeListOffers, makeReadOffer } from '../usecases/menu/list-offers.ts';
import { makeRefreshOffers } from '../usecases/menu/refresh-offers.ts';
import { makeReadHealth } from '../usecases/operations/read-health.ts';
import {
  accounts,
  freezes,
  goneOffers,
  lastKnown,
  leases,
  longest,
  menu,
  nodeSetup,
  providerNames,
  providers,
  pulses,
  records,
  rooms,
  scheduler,
  sight,
  signer,
  sweeps,
  waking,
  withKeys,
  workflow,
} from './parts.ts';
import { once, type Runtime } from './runtime.ts';

// The steps of the workflow.

export const chooseOffer = (runtime: Runtime) =>
  makeChooseOffer({
    ...records(runtime),
    freezes: once(runtime, freezes),
    menu: once(runtime, menu),
    rooms: once(runtime, rooms),
    providerNames,
    bootLimit: longest((card) => card.bootLimit),
  });

export const armDeadline = (runtime: Runtime) =>
  makeArmDeadline({ ...records(runtime), scheduler: once(runtime, scheduler) });

export const launchInstance = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeLaunchInstance({
      ...records(keyed),
      ...sight(keyed),
      pulses: once(keyed, pulses),
      freezes: once(keyed, freezes),
      goneOffers: once(keyed, goneOffers),
      nodeSetup: nodeSetup(keyed),
    }),
  );

export const findLaunched = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => makeFindLaunched({ ...records(keyed), ...sight(keyed) }));

export const awaitReady = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeAwaitReady({
      ...records(keyed),
      ...waking(keyed),
      providers: providers(keyed),
      phoneHome: keyed.config.nodeUrl !== undefined,
    }),
  );

export const probeReady = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeProbeReady({
      ...records(keyed),
      pulses: once(keyed, pulses),
      providers: providers(keyed),
      probe: createSshProbe(),
    }),
  );

export const confirmReady = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeConfirmReady({
      ...records(keyed),
      pulses: once(keyed, pulses),
      providers: providers(keyed),
      scheduler: once(keyed, scheduler),
    }),
  );

export const retireAttempt = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeRetireAttempt({ ...records(keyed), ...sight(keyed), ...lastKnown(keyed) }),
  );

export const serveLease = (runtime: Runtime) =>
  makeServeLease({ ...records(runtime), ...waking(runtime) });

export const judgeLease = (runtime: Runtime) =>
  makeJudgeLease({
    ...records(runtime),
    pulses: once(runtime, pulses),
    sweeps: once(runtime, sweeps),
    providerNames,
  });

export const endLease = (runtime: Runtime) =>
  makeEndLease({ ...records(runtime), pulses: once(runtime, pulses) });

export const destroyInstance = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeDestroyInstance({
      ...records(keyed),
      ...lastKnown(keyed),
      providers: providers(keyed),
    }),
  );

export const proveAbsence = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeProveAbsence({ ...records(keyed), ...sight(keyed), ...lastKnown(keyed) }),
  );

export const settleLease = (runtime: Runtime) =>
  makeSettleLease({ ...records(runtime), scheduler: once(runtime, scheduler) });

// Schedules.

export const enforceDeadline = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeEnforceDeadline({
      ...records(keyed),
      ...waking(keyed),
      ...lastKnown(keyed),
      ...sight(keyed),
      scheduler: once(keyed, scheduler),
    }),
  );

export const refreshOffers = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeRefreshOffers({
      providers: providers(keyed),
      menu: once(keyed, menu),
      clock: keyed.clock,
    }),
  );

// The API.

export const listOffers = (runtime: Runtime) =>
  makeListOffers({ menu: once(runtime, menu), providerNames });

export const readOffer = (runtime: Runtime) =>
  makeReadOffer({ menu: once(runtime, menu), providerNames });

export const readHealth = (runtime: Runtime) =>
  makeReadHealth({
    menu: once(runtime, menu),
    sweeps: once(runtime, sweeps),
    providerNames,
    clock: runtime.clock,
  });

export const requestLease = (runtime: Runtime) =>
  makeRequestLease({
    leases: once(runtime, leases),
    freezes: once(runtime, freezes),
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
  count: runtime.count,
});

export const recordAppHeartbeat = (runtime: Runtime) => makeRecordAppHeartbeat(heartbeats(runtime));
export const recordNodeHeartbeat = (runtime: Runtime) =>
  makeRecordNodeHeartbeat(heartbeats(runtime));

/** Reads the bearer token of a rented machine; null when it isn't one of ours. */
export const leaseTokenReader = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => (token: string) => readLeaseToken(token, once(keyed, signer)));

/** The records themselves, to be checked against each other. */
export const books = (runtime: Runtime) => records(runtime);
