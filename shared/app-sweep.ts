// Factories of the sweep, and of what else picks up leases that nobody drives any more.

import { pulses, records, sight, sweeps, waking, withKeys } from './parts.ts';
import { once, type Runtime } from './runtime.ts';
import { makeExecutionEnded } from './usecases/execution-ended.ts';
import { makeSweepOnDemand, makeSweepProvider } from './usecases/sweep-provider.ts';

const sweeping = (runtime: Runtime) =>
  makeSweepProvider({
    ...records(runtime),
    ...waking(runtime),
    ...sight(runtime),
    pulses: once(runtime, pulses),
    sweeps: once(runtime, sweeps),
    page: (message) => runtime.log({ kind: 'page', error: 'Page', message, id: undefined }),
  });

export const sweepProvider = (runtime: Runtime) => withKeys(runtime, sweeping);

export const sweepOnDemand = (runtime: Runtime) =>
  withKeys(runtime, (keyed) => makeSweepOnDemand(sweeping(keyed)));

export const executionEnded = (runtime: Runtime) =>
  makeExecutionEnded({ ...records(runtime), ...waking(runtime) });
