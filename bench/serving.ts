// A service like that of `npm start`, for one measurement: the embedded database and the service
// with its HTTP front, each in its own process, on a folder that is removed afterwards.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCredentials } from '../local/aws/credentials.ts';
import { LOCAL_ACCESS } from '../local/aws/database.ts';
import { startChild } from '../local/children.ts';
import { connect } from '../shared/adapters/dynamodb/client.ts';
import { createPulseStore } from '../shared/adapters/dynamodb/lease/pulse-store.ts';
import { openTable, type Table } from '../shared/adapters/dynamodb/table.ts';
import { invariant } from '../shared/core/base/invariant.ts';
import type { Lease } from '../shared/core/lease/lease.ts';
import { leaseItem, openFilling, write } from './fill.ts';
import { type Prepared, signRequest, type Unsigned } from './http-caller.ts';
import { HEARTBEATS_FROM, servingLease } from './serving-fleet.ts';

const DATABASE = new URL('../local/aws/database-process.ts', import.meta.url);
const PROCESS = new URL('./service-process.ts', import.meta.url);

export type ServingOptions = {
  /** The number of active leases. */
  readonly leases: number;
  readonly timeScale?: number;
  /** Writes further data before the service starts. */
  readonly fill?: (table: (name: string) => Table, folder: string) => Promise<void>;
};

export type Serving = {
  readonly folder: string;
  readonly leases: readonly Lease[];
  table(name: string): Table;
  /** Signs a request with the key of the leases' consumer. */
  sign(request: Omit<Unsigned, 'key' | 'url'>): Promise<Prepared>;
};

const failOnLost = (message: string): void => {
  throw new Error(message);
};

/** Writes the pulse of a ready instance. */
async function startPulse(table: Table, lease: Lease): Promise<void> {
  const { id: leaseId, consumer, deadline: endsAt, terms } = lease;
  const { liveness, silenceLimit, idle } = terms;
  const pulses = createPulseStore(table);
  await pulses.start({
    leaseId,
    consumer,
    attempt: 1,
    liveness,
    silenceLimit,
    idle,
    endsAt,
    startedAt: null,
    linkMbps: null,
  });
  await pulses.heartbeat({ leaseId, at: HEARTBEATS_FROM, by: { kind: 'probe', attempt: 1 } });
}

/** Runs `measure` on a service whose leases are all active. */
export async function onService<Result>(
  options: ServingOptions,
  measure: (serving: Serving) => Promise<Result>,
): Promise<Result> {
  const { leases: size, timeScale = 1, fill } = options;
  const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-bench-'));
  const leases = Array.from({ length: size }, (_, number) => servingLease(number));
  const keys = await openCredentials(join(folder, 'credentials'));
  const [named] = keys;
  invariant(named !== undefined, 'the credentials file has a consumer');
  const key = { accessKeyId: named[0], ...named[1] };

  const child = { onLost: failOnLost };
  const args = [join(folder, 'database')];
  const database = await startChild({ ...child, name: 'database', file: DATABASE, args });
  const client = connect({ endpoint: database.url, ...LOCAL_ACCESS });
  const table = (name: string): Table => openTable(client, name);
  const filling = openFilling(database.url);
  await write(filling, { table: 'leases', items: leases.map(leaseItem) });
  filling.destroy();
  for (const lease of leases) await startPulse(table('leases'), lease);
  await fill?.(table, folder);
  const serviceArgs = [database.url, folder, String(size), String(timeScale)];
  const service = await startChild({ ...child, name: 'service', file: PROCESS, args: serviceArgs });
  try {
    const sign: Serving['sign'] = (request) => signRequest({ ...request, key, url: service.url });
    return await measure({ folder, leases, table, sign });
  } finally {
    await service.end();
    await database.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
