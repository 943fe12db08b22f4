// Factories of what extends leases, and of what operators do: freeze, thaw, look how things stand.

import { createWindow } from '../core/instance/card.ts';
import { createApproveExtension } from '../usecases/lease/approve-extension.ts';
import { createAttestLease } from '../usecases/lease/attest-lease.ts';
import { createExtendLease } from '../usecases/lease/extend-lease.ts';
import { createAddProviderAccount } from '../usecases/operations/add-provider-account.ts';
import { createAdvanceFreezes } from '../usecases/operations/advance-freezes.ts';
import {
  createPlaceFreeze,
  createReadFreezes,
  createThaw,
} from '../usecases/operations/place-freeze.ts';
import { createReadDoctor } from '../usecases/operations/read-doctor.ts';
import {
  freezes,
  leases,
  longest,
  paging,
  providerAccounts,
  providerNames,
  pulses,
  records,
  rooms,
  scheduler,
  sight,
  sweeps,
  waking,
  withKeys,
} from './parts.ts';
import { once, type Runtime } from './runtime.ts';

const ending = (runtime: Runtime) => ({
  ...records(runtime),
  ...waking(runtime),
  scheduler: once(runtime, scheduler),
});

const freezing = (runtime: Runtime) => ({
  freezes: once(runtime, freezes),
  clock: runtime.clock,
});

export const extendLease = (runtime: Runtime) => createExtendLease(ending(runtime));
export const attestLease = (runtime: Runtime) =>
  createAttestLease({ ...records(runtime), pulses: once(runtime, pulses) });
export const approveExtension = (runtime: Runtime) => createApproveExtension(records(runtime));

export const placeFreeze = (runtime: Runtime) =>
  createPlaceFreeze({
    ...ending(runtime),
    ...freezing(runtime),
    createWindow: longest(createWindow),
  });

export const thaw = (runtime: Runtime) => createThaw(freezing(runtime));
export const readFreezes = (runtime: Runtime) => createReadFreezes(freezing(runtime));

export const advanceFreezes = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    createAdvanceFreezes({
      ...ending(keyed),
      ...freezing(keyed),
      ...sight(keyed),
      providerNames: providerNames(keyed),
      ...paging(keyed),
    }),
  );

export const addProviderAccount = (runtime: Runtime) =>
  createAddProviderAccount({ providerAccounts: once(runtime, providerAccounts) });

export const readDoctor = (runtime: Runtime) =>
  createReadDoctor({
    leases: once(runtime, leases),
    pulses: once(runtime, pulses),
    sweeps: once(runtime, sweeps),
    rooms: once(runtime, rooms),
    freezes: once(runtime, freezes),
    providerNames: providerNames(runtime),
    clock: runtime.clock,
  });
