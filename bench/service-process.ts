// The service and its HTTP front in a separate process, on a database with active leases: the parts
// of `npm start` without a market. It starts the workflow of each lease; the steps find their work
// done, so the workflow waits for heartbeats. It prints its address when all workflows wait, and
// exits when its standard input closes.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createFolderBlobs } from '../local/aws/blobs.ts';
import { openCredentials } from '../local/aws/credentials.ts';
import { serveHttp } from '../local/aws/http-front.ts';
import { createVerifier } from '../local/aws/sigv4.ts';
import { accessVariables, firstProvider, simulatedKeys } from '../local/markets.ts';
import { createService, type Service } from '../local/service.ts';
import { REGION, SERVICE } from '../local/start.ts';
import { createScaledClock, type EngineClock } from '../local/workflow/clock.ts';
import type { LeaseId } from '../shared/core/base/ids.ts';
import { HEARTBEATS_FROM, servingLease } from './serving-fleet.ts';

const [databaseEndpoint = '', folder = '', size = '', scale = ''] = process.argv.slice(2);

const WAITING_STATE = 'Serve';
const MAX_START_MS = 30_000;

/** Workflows that start concurrently: with more of them, database calls time out. */
const BATCH = 25;

/** Starts the workflows of these leases and waits until each is in the state Serve. */
async function startWorkflows(service: Service, ids: readonly LeaseId[]): Promise<void> {
  const giveUpAt = Date.now() + MAX_START_MS;
  const names = ids.map((leaseId) => {
    const name = `${leaseId}-1`;
    service.engine.start({ name, input: { leaseId, generation: 1 } });
    return name;
  });
  const isWaiting = (name: string) =>
    service.engine.describe(name)?.states.at(-1) === WAITING_STATE;
  while (!names.every(isWaiting)) {
    if (Date.now() > giveUpAt) throw new Error('timed out: not all workflows wait in Serve');
    await pause(5);
  }
}

const log = (line: object): void => void process.stderr.write(`${JSON.stringify(line)}\n`);
// Real time until all workflows wait, so that no lease is silent before its first heartbeat.
let pace = createScaledClock(1, { start: HEARTBEATS_FROM });
const clock: EngineClock = {
  now: () => pace.now(),
  realNow: () => pace.realNow(),
  afterReal: (ms, fire) => pace.afterReal(ms, fire),
  at: (instant, fire) => pace.at(instant, fire),
};
const service = createService({
  clock,
  databaseEndpoint,
  blobs: createFolderBlobs(join(folder, 'blobs')),
  folder,
  log,
  env: {
    GPU_SHOPPER_DEPLOYMENT_ID: 'test',
    GPU_SHOPPER_TAG_KEY: '5e'.repeat(32),
    GPU_SHOPPER_CURSOR_KEY: 'c5'.repeat(32),
    GPU_SHOPPER_NODE_URL: 'http://127.0.0.1/node/v1/heartbeats',
    // The bench calls no provider: nothing listens on this port.
    ...accessVariables(firstProvider, {
      baseUrl: 'http://127.0.0.1:9',
      keys: simulatedKeys(firstProvider, 'bench'),
    }),
  },
});
const keys = await openCredentials(join(folder, 'credentials'));
const keyNamed = (id: string) => keys.get(id);
const verify = createVerifier({ region: REGION, service: SERVICE, keyNamed, now: Date.now });
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
serveHttp(server, { verify, answer: service.answer, log });

const names = Array.from({ length: Number(size) }, (_, number) => servingLease(number).id);
for (let from = 0; from < names.length; from += BATCH) {
  await startWorkflows(service, names.slice(from, from + BATCH));
}

pace = createScaledClock(Number(scale), { start: pace.now() });

process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
const address = server.address();
process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`);
