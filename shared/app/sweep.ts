// Factories of the sweep, and of what else picks up leases that nobody drives any more.

import type { SweepRecord } from '../core/sweep/record.ts';
import type { LogLine } from '../ports/log.ts';
import { createExcuseSilence } from '../usecases/lease/excuse-silence.ts';
import { createExecutionEnded } from '../usecases/lease/execution-ended.ts';
import { createSweepOnTimer, createSweepProvider } from '../usecases/sweep/sweep-provider.ts';
import { pulses, records, rooms, runs, sight, sweeps, waking, withKeys } from './parts.ts';
import { once, type Runtime } from './runtime.ts';

/** By these lines an alarm knows how old the last complete sweep is. */
function lineOf({ provider, listed, open, counts }: SweepRecord): LogLine {
  const found = Object.entries(counts).map(([kind, count]) => `, ${count} ${kind}`);
  const message = `${listed} instances, ${open} open leases${found.join('')}`;
  return { kind: 'sweep', error: undefined, message, id: provider };
}

const sweeping = (runtime: Runtime) =>
  createSweepProvider({
    ...records(runtime),
    ...waking(runtime),
    ...sight(runtime),
    pulses: once(runtime, pulses),
    sweeps: once(runtime, sweeps),
    rooms: once(runtime, rooms),
    log: (message) => runtime.log({ kind: 'balance', error: undefined, message, id: undefined }),
    complete: (record) => runtime.log(lineOf(record)),
    page: (message) => runtime.log({ kind: 'page', error: 'Page', message, id: undefined }),
  });

export const sweepProvider = (runtime: Runtime) => withKeys(runtime, sweeping);

export const sweepOnTimer = (runtime: Runtime) =>
  createSweepOnTimer({ runs: once(runtime, runs), clock: runtime.clock }, sweepProvider(runtime));

export const executionEnded = (runtime: Runtime) =>
  createExecutionEnded({ ...records(runtime), ...waking(runtime) });

export const excuseSilence = (runtime: Runtime) =>
  createExcuseSilence({ ...records(runtime), pulses: once(runtime, pulses) });
