// The service and its HTTP front in a process of their own, on a database that holds a fleet whose
// leases serve: made of the same parts as `npm start`, without a market. Each lease's workflow is
// started; its steps find their work done, so that it parks where heartbeats keep it waiting. It
// prints its address once all of them wait, and ends when standard input does.

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
import { BEATS_FROM, servingLease } from './serving-fleet.ts';

const [databaseEndpoint = '', folder = '', size = '', scale = ''] = process.argv.slice(2);

const WAITS = 'Serve';
const PARKED_WITHIN_MS = 30_000;

/** Workflows that start at once: more would wait too long for their turn at the database. */
const AT_ONCE = 25;

/** Starts these leases' workflows and waits until each is parked where it serves. */
async function begin(service: Service, ids: readonly LeaseId[]): Promise<void> {
  const giveUpAt = Date.now() + PARKED_WITHIN_MS;
  const names = ids.map((leaseId) => {
    const name = `${leaseId}-1`;
    service.engine.start({ name, input: { leaseId, generation: 1 } });
    return name;
  });
  const waits = (name: string) => service.engine.describe(name)?.states.at(-1) === WAITS;
  while (!names.every(waits)) {
    if (Date.now() > giveUpAt) throw new Error('not all leases serve');
    await pause(5);
  }
}

const log = (line: object): void => void process.stderr.write(`${JSON.stringify(line)}\n`);
// At life's pace until all leases wait, so that none falls silent before its first heartbeat.
let pace = createScaledClock(1, { start: BEATS_FROM });
const clock: EngineClock = {
  now: () => pace.now(),
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
    // Nothing here may call a provider: nobody listens there.
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
for (let from = 0; from < names.length; from += AT_ONCE) {
  await begin(service, names.slice(from, from + AT_ONCE));
}

pace = createScaledClock(Number(scale), { start: pace.now() });

process.stdin.resume();
process.stdin.once('close', () => process.exit(0));
const address = server.address();
process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}\n`);
