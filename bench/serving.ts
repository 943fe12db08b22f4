// A service as `npm start` runs it, for the length of a measurement: the embedded database and the
// service with its HTTP front, each a process of its own, on a folder that is removed afterwards.

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
import { type Prepared, signed, type Wanted } from './http-caller.ts';
import { BEATS_FROM, servingLease } from './serving-fleet.ts';

const DATABASE = new URL('../local/aws/database-process.ts', import.meta.url);
const PROCESS = new URL('./service-process.ts', import.meta.url);

export type ServingOptions = {
  /** How many leases serve. */
  readonly leases: number;
  readonly timeScale?: number;
  /** Writes more of what the service will find, before it starts. */
  readonly fill?: (table: (name: string) => Table, folder: string) => Promise<void>;
};

export type Serving = {
  readonly folder: string;
  readonly leases: readonly Lease[];
  table(name: string): Table;
  /** A request of the consumer that the fleet belongs to. */
  sign(wanted: Omit<Wanted, 'key' | 'url'>): Promise<Prepared>;
};

const lost = (message: string): void => {
  throw new Error(message);
};

/** The pulse of an instance that is ready and of an application that heartbeats. */
async function startPulse(table: Table, lease: Lease): Promise<void> {
  const { id: leaseId, consumer, deadline: endsAt, terms } = lease;
  const { liveness, silenceLimit, idle } = terms;
  const pulses = createPulseStore(table);
  await pulses.start({ leaseId, consumer, attempt: 1, liveness, silenceLimit, idle, endsAt });
  await pulses.heartbeat({ leaseId, at: BEATS_FROM, by: { kind: 'probe', attempt: 1 } });
}

/** Runs `measure` on a service whose leases all serve. */
export async function onService<Result>(
  options: ServingOptions,
  measure: (serving: Serving) => Promise<Result>,
): Promise<Result> {
  const { leases: size, timeScale = 1, fill } = options;
  const folder = mkdtempSync(join(tmpdir(), 'gpu-shopper-bench-'));
  const leases = Array.from({ length: size }, (_, number) => servingLease(number));
  const keys = await openCredentials(join(folder, 'credentials'));
  const [named] = keys;
  invariant(named !== undefined, 'the file of credentials has a consumer');
  const key = { accessKeyId: named[0], ...named[1] };

  const child = { onLost: lost };
  const args = [join(folder, 'database')];
  const database = await startChild({ ...child, name: 'database', file: DATABASE, args });
  const client = connect({ endpoint: database.url, ...LOCAL_ACCESS });
  const table = (name: string): Table => openTable(client, name);
  const filling = openFilling(database.url);
  await write(filling, { table: 'leases', items: leases.map(leaseItem) });
  filling.destroy();
  for (const lease of leases) await startPulse(table('leases'), lease);
  await fill?.(table, folder);
  const told = [database.url, folder, String(size), String(timeScale)];
  const service = await startChild({ ...child, name: 'service', file: PROCESS, args: told });
  try {
    const sign: Serving['sign'] = (wanted) => signed({ ...wanted, key, url: service.url });
    return await measure({ folder, leases, table, sign });
  } finally {
    await service.end();
    await database.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
