// Factories of what extends leases, and of what operators do: freeze, thaw, look how things stand.

import { createWindow } from '../usecases/common/card-times.ts';
import { makeApproveExtension } from '../usecases/lease/approve-extension.ts';
import { makeExtendLease } from '../usecases/lease/extend-lease.ts';
import { makeAdvanceFreezes } from '../usecases/operations/advance-freezes.ts';
import { makePlaceFreeze, makeReadFreezes, makeThaw } from '../usecases/operations/place-freeze.ts';
import { makeReadDoctor } from '../usecases/operations/read-doctor.ts';
import {
  freezes,
  leases,
  longest,
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

export const extendLease = (runtime: Runtime) => makeExtendLease(ending(runtime));
export const approveExtension = (runtime: Runtime) => makeApproveExtension(records(runtime));

export const placeFreeze = (runtime: Runtime) =>
  makePlaceFreeze({
    ...ending(runtime),
    ...freezing(runtime),
    createWindow: longest(createWindow),
  });

export const thaw = (runtime: Runtime) => makeThaw(freezing(runtime));
export const readFreezes = (runtime: Runtime) => makeReadFreezes(freezing(runtime));

export const advanceFreezes = (runtime: Runtime) =>
  withKeys(runtime, (keyed) =>
    makeAdvanceFreezes({
      ...ending(keyed),
      ...freezing(keyed),
      ...sight(keyed),
      providerNames,
    }),
  );

export const readDoctor = (runtime: Runtime) =>
  makeReadDoctor({
    leases: once(runtime, leases),
    pulses: once(runtime, pulses),
    sweeps: once(runtime, sweeps),
    rooms: once(runtime, rooms),
    freezes: once(runtime, freezes),
    providerNames,
    clock: runtime.clock,
  });
