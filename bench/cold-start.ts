// Starts bundles in new processes, in random order, and measures the CPU time of their import and
// first call: other load on the computer adds half and more to the wall-clock time, but not to the
// CPU time. The database is real and holds an active lease; the workflow engine is a stub. Both use
// TLS, as AWS does: without TLS the SDK would load more modules (`node:http` and fetch).

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { LOCAL_ACCESS, openDatabase } from '../local/aws/database.ts';
import { gatewayEvent } from '../local/aws/gateway.ts';
import { connect } from '../shared/adapters/dynamodb/client.ts';
import { createLeaseStore } from '../shared/adapters/dynamodb/lease/lease-store.ts';
import { createPulseStore } from '../shared/adapters/dynamodb/lease/pulse-store.ts';
import { openTable } from '../shared/adapters/dynamodb/table.ts';
import { after, epochMs, minutes } from '../shared/core/base/time.ts';
import { aConsumer, at } from '../test/support/builders/base.ts';
import { aRequestedLease } from '../test/support/builders/lease.ts';

const run = promisify(execFile);

/** The program of the timed process, which loads nothing else before. */
const TIMED = `
  const { BUNDLE, EVENT } = process.env;
  const start = process.cpuUsage();
  const { handler } = await import(BUNDLE);
  const { statusCode } = await handler(JSON.parse(EVENT), { functionName: 'bench' });
  const { user, system } = process.cpuUsage(start);
  process.stdout.write(JSON.stringify({ ms: (user + system) / 1_000, statusCode }));
`;

const Timed = z.object({ ms: z.number(), statusCode: z.literal(200) });

const userArn = `arn:aws:sts::${aConsumer.replace('/', ':assumed-role/')}/run-1`;
const lease = aRequestedLease();
const request = { userArn, params: { id: lease.id } };

/** The event for each bundle, by the bundle's name. */
const EVENTS = {
  bare: {},
  readLease: gatewayEvent('readLease', request, 'bench'),
  recordHeartbeat: gatewayEvent('recordHeartbeat', request, 'bench'),
};

type Variant = keyof typeof EVENTS;
type Times = Readonly<Record<Variant, number>>;

/** Writes an active lease whose workflow waits with a task token. */
async function fill(endpoint: string): Promise<void> {
  const table = openTable(connect({ endpoint, ...LOCAL_ACCESS }), 'leases');
  await createLeaseStore(table).create(lease);
  const { id: leaseId, consumer } = lease;
  const endsAt = after(at('12:00'), minutes(60));
  const rules = { liveness: 'app', silenceLimit: minutes(60), idle: null } as const;
  const pulses = createPulseStore(table);
  await pulses.start({
    leaseId,
    consumer,
    attempt: 1,
    endsAt,
    startedAt: null,
    linkMbps: null,
    ...rules,
  });
  const token = 'a-token-of-the-workflow';
  await pulses.park({
    leaseId,
    generation: 1,
    attempt: 1,
    place: { enteredAt: epochMs(0), failures: 0 },
    wait: 'serve',
    token,
    endsAt,
    idleWarned: null,
  });
}

/** The certificate in dynalite's package, which is self-signed. */
const ofDynalite = (file: string): Buffer =>
  readFileSync(new URL(import.meta.resolve(`dynalite/ssl/${file}.pem`)));

async function startTls(answer: RequestListener) {
  const tls = { key: ofDynalite('server-key'), cert: ofDynalite('server-crt') };
  const server = createServer(tls, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : '';
  return { url: `https://127.0.0.1:${port}`, close: () => server.close() };
}

/** Forwards every request to `endpoint`. */
const forwardTo =
  (endpoint: string): RequestListener =>
  (incoming, response) => {
    const { method, headers } = incoming;
    const outgoing = httpRequest(endpoint, { method: method ?? 'POST', headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    incoming.pipe(outgoing);
  };

/** A stub of Step Functions for heartbeats: every call succeeds. */
const succeed: RequestListener = (incoming, response) => {
  incoming.resume();
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
};

/** The items in random order, so that no variant always runs after the same one. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Opens the servers that the bundles call. */
export async function openColdStarts() {
  const database = await openDatabase();
  await fill(database.endpoint);
  const front = await startTls(forwardTo(database.endpoint));
  const engine = await startTls(succeed);
  const env = {
    GPU_SHOPPER_DEPLOYMENT_ID: 'bench',
    GPU_SHOPPER_STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:123456789012:stateMachine:bench',
    AWS_REGION: 'us-east-1',
    // The variables that Lambda sets, the only source of credentials for the bundles.
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: front.url,
    AWS_ENDPOINT_URL_SFN: engine.url,
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  };
  const time = async (variant: Variant, bundle: string): Promise<number> => {
    const variables = { ...env, BUNDLE: bundle, EVENT: JSON.stringify(EVENTS[variant]) };
    const args = ['--input-type=module', '--eval', TIMED];
    const { stdout } = await run(process.execPath, args, { env: variables });
    return Timed.parse(JSON.parse(stdout)).ms;
  };
  return {
    /** The fastest of `rounds` starts of each bundle, in milliseconds. */
    async fastest(bundles: Readonly<Record<Variant, string>>, rounds: number): Promise<Times> {
      const best = { bare: Infinity, readLease: Infinity, recordHeartbeat: Infinity };
      const variants: readonly Variant[] = ['bare', 'readLease', 'recordHeartbeat'];
      for (let round = 1; round <= rounds; round += 1) {
        for (const variant of shuffled(variants)) {
          best[variant] = Math.min(best[variant], await time(variant, bundles[variant]));
        }
      }
      return best;
    },
    async close() {
      engine.close();
      front.close();
      await database.close();
    },
  };
}
