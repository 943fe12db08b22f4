// Counts the connections of a thousand concurrent heartbeats: the real use case with the clients of
// a deployed function, to the embedded database and to a stub of the workflow engine.

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectTo, createServer, type Server } from 'node:net';
import { LOCAL_ACCESS, openDatabase } from '../local/aws/database.ts';
import { connect } from '../shared/adapters/dynamodb/client.ts';
import { createLeaseStore } from '../shared/adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../shared/adapters/dynamodb/lease/pulse-store.ts';
import { openTable } from '../shared/adapters/dynamodb/table.ts';
import { createStepFunctions } from '../shared/adapters/step-functions.ts';
import { policy } from '../shared/core/base/policy/policy.ts';
import { type EpochMs, epochMs } from '../shared/core/base/time.ts';
import type { LeaseIn } from '../shared/core/lease/lease.ts';
import type { PulseStore } from '../shared/ports/pulse-store.ts';
import { createRecordAppHeartbeat } from '../shared/usecases/lease/record-heartbeat.ts';
import { atMost, type Row } from './row.ts';
import { HEARTBEATS_FROM, servingLease } from './serving-fleet.ts';

const HEARTBEATS = 1_000;
/** Concurrent heartbeats afterwards: fewer than the connections that are open by then. */
const WARM_HEARTBEATS = 20;

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** Forwards connections to `endpoint` and counts them. */
async function openCounter(endpoint: string) {
  const { hostname, port } = new URL(endpoint);
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const onward = connectTo(Number(port), hostname);
    socket.pipe(onward).pipe(socket);
    // Either side may close first at the end of the measurement.
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
  });
  return { url: await listen(server), connections: () => connections, close: () => server.close() };
}

/** A stub of Step Functions for heartbeats: every call succeeds. */
async function startEngine() {
  const server = createHttpServer((incoming, response) => {
    incoming.resume();
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  // Only the caller may close a connection, also on a slow computer.
  server.keepAliveTimeout = 0;
  const url = await listen(server);
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url, close };
}

/** Writes a pulse whose workflow waits for heartbeats. */
async function park(pulses: PulseStore, lease: LeaseIn<'active'>): Promise<void> {
  const { id: leaseId, consumer, deadline: endsAt, terms } = lease;
  const { liveness, silenceLimit, idle } = terms;
  const waiting = { leaseId, attempt: 1, endsAt };
  await pulses.start({
    ...waiting,
    consumer,
    liveness,
    silenceLimit,
    idle,
    startedAt: null,
    linkMbps: null,
  });
  const token = `token-of-${leaseId}`;
  await pulses.park({
    ...waiting,
    generation: 1,
    place: { enteredAt: epochMs(0), failures: 0 },
    wait: 'serve',
    token,
    idleWarned: null,
  });
}

/** Sends heartbeats of all leases concurrently. Rejects when one is refused. */
async function heartbeatAll(
  leases: readonly LeaseIn<'active'>[],
  heartbeat: ReturnType<typeof createRecordAppHeartbeat>,
): Promise<void> {
  const heartbeats = leases.map(({ id: leaseId, consumer }) =>
    heartbeat({ leaseId, consumer, busy: true }),
  );
  const replies = await Promise.all(heartbeats);
  const refused = replies.filter(({ kind }) => kind !== 'carry-on');
  if (refused.length > 0) throw new Error(`${refused.length} heartbeats are refused`);
}

export async function socketRows(): Promise<readonly Row[]> {
  const [database, engine] = [await openDatabase(), await startEngine()];
  const counters = [await openCounter(database.endpoint), await openCounter(engine.url)] as const;
  const [toDatabase, toEngine] = counters;
  const table = openTable(connect({ endpoint: toDatabase.url, ...LOCAL_ACCESS }), 'leases');
  const stateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:bench';
  const pulses = createPulseStore(table);
  let now: EpochMs = HEARTBEATS_FROM;
  const heartbeat = createRecordAppHeartbeat({
    pulses,
    leases: createLeaseStore(table),
    workflow: createStepFunctions({ endpoint: toEngine.url, ...LOCAL_ACCESS, stateMachineArn }),
    clock: { now: () => now },
    count: () => undefined,
  });
  const leases = Array.from({ length: HEARTBEATS }, (_, number) => servingLease(number));
  for (const lease of leases) await park(pulses, lease);
  try {
    await heartbeatAll(leases, heartbeat);
    const opened = counters.map(({ connections }) => connections());
    now = epochMs(now + policy.heartbeat.every);
    await heartbeatAll(leases.slice(0, WARM_HEARTBEATS), heartbeat);
    const added = counters.map(({ connections }, index) => connections() - (opened[index] ?? 0));
    const { maxSockets } = policy.aws;
    const connections = Math.max(...opened);
    return [
      atMost(maxSockets, { name: 'sockets-1000-beats', value: connections, unit: 'connections' }),
      atMost(0, { name: 'sockets-1000-warm', value: Math.max(...added), unit: 'new' }),
    ];
  } finally {
    for (const { close } of counters) close();
    engine.close();
    await database.close();
  }
}
