// Factories of the sweep, and of what else picks up leases that nobody drives any more.

import { createLeaseToken } from '../adapters/lease-token.ts';
import { cardOf } from '../adapters/providers/registry.ts';
import { OWN_HEARTBEATS } from '../core/lease/ingest.ts';
import type { SweepRecord } from '../core/sweep/record.ts';
import type { LogLine } from '../ports/log.ts';
import { createExecutionEnded } from '../usecases/lease/execution-ended.ts';
import { createOwnHeartbeat } from '../usecases/sweep/own-heartbeat.ts';
import { createSweepOnTimer, createSweepProvider } from '../usecases/sweep/sweep-provider.ts';
import {
  heartbeatRoute,
  ingest,
  paging,
  pulses,
  queues,
  records,
  rooms,
  runs,
  sight,
  signer,
  sweeps,
  waking,
  withKeys,
} from './parts.ts';
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
    ingest: once(runtime, ingest),
    rooms: once(runtime, rooms),
    queues: queues(runtime),
    cardOf,
    log: (message) => runtime.log({ kind: 'balance', error: undefined, message, id: undefined }),
    complete: (record) => runtime.log(lineOf(record)),
    ...paging(runtime),
  });

export const sweepProvider = (runtime: Runtime) => withKeys(runtime, sweeping);

/** Any attempt would do: the token is of no lease. */
const ownToken = (runtime: Runtime): string =>
  createLeaseToken({ leaseId: OWN_HEARTBEATS, attempt: 1 }, once(runtime, signer));

const ownHeartbeat = (runtime: Runtime) => {
  const send = withKeys(
    runtime,
    (keyed) => (body: object) => once(keyed, heartbeatRoute).post(once(keyed, ownToken), body),
  );
  return createOwnHeartbeat({
    send: () => send({ number: runtime.clock.now() }),
    log: (message) => runtime.log({ kind: 'heartbeat', error: undefined, message, id: undefined }),
  });
};

export const sweepOnTimer = (runtime: Runtime) =>
  createSweepOnTimer(
    {
      runs: once(runtime, runs),
      clock: runtime.clock,
      sendOwnHeartbeat: ownHeartbeat(runtime),
    },
    sweepProvider(runtime),
  );

export const executionEnded = (runtime: Runtime) =>
  createExecutionEnded({ ...records(runtime), ...waking(runtime) });
