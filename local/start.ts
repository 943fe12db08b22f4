// Starts the whole service on a data folder: database and simulators as children, the engine, the
// HTTP front. All state is in the folder, so that the next start goes on where a crash left off.

import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { once as onceFor } from '../shared/app/runtime.ts';
import { excuseSilence } from '../shared/app/sweep.ts';
import { createFolderBlobs } from './aws/blobs.ts';
import { OPERATOR, OPERATOR_ARN, openCredentials } from './aws/credentials.ts';
import { serveHttp } from './aws/http-front.ts';
import { createVerifier } from './aws/sigv4.ts';
import { takeLock } from './files/lock-file.ts';
import { openLog } from './files/log-file.ts';
import { accessVariables } from './markets.ts';
import { runNodes } from './nodes.ts';
import { type Simulator, startProcesses } from './processes.ts';
import { createService, type Service } from './service.ts';
import { openSettings, openTime, type Settings, timeAt } from './settings.ts';
import { createScaledClock, type EngineClock } from './workflow/clock.ts';

export const REGION = 'us-east-1';
export const SERVICE = 'execute-api';

export type StartOptions = {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly folder: string;
  readonly timeScale: number;
  /** Whether instances are leased at real providers or at their simulators. */
  readonly market: Settings['market'];
  /** Told when the service can't go on; what it holds is safe in its folder. */
  readonly onLost: (message: string) => void;
};

export type Started = {
  readonly url: string;
  readonly credentialsPath: string;
  readonly logPath: string;
  /** Ends everything but the leases, which go on at the next start. */
  close(): Promise<void>;
};

/** How long a start waits for menus, in real time: most of it are pauses that markets ask for. */
const MAX_MENU_MS = 30_000;
/** Simulated instances are looked for every 5 simulated seconds, but not without a break. */
const LOOK_EVERY_MS = 5_000;
const MIN_LOOK_EVERY_MS = 100;

async function bind(port: number): Promise<{ server: Server; url: string }> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : undefined;
  return { server, url: `http://127.0.0.1:${bound}` };
}

/** Our own names come last: keys and addresses of the folder are not for the environment to set. */
function environment(settings: Settings, nodeUrl: string, simulators: readonly Simulator[]) {
  const reached = simulators.map(({ name, keys, child }) =>
    accessVariables(name, { baseUrl: child.url, keys }),
  );
  return {
    ...process.env,
    ...Object.assign({}, ...reached),
    // Only simulated instances can reach a loopback address.
    ...(simulators.length > 0 && { GPU_SHOPPER_NODE_URL: nodeUrl }),
    GPU_SHOPPER_DEPLOYMENT_ID: settings.deployment,
    GPU_SHOPPER_TAG_KEY: settings.tagKey,
    GPU_SHOPPER_CURSOR_KEY: settings.cursorKey,
    GPU_SHOPPER_OPERATORS: OPERATOR,
    AWS_REGION: REGION,
  };
}

const startNodes = ({ child }: Simulator, clock: EngineClock, scale: number): (() => void) =>
  runNodes({
    simulatorUrl: child.url,
    clock,
    lookEveryMs: Math.max(MIN_LOOK_EVERY_MS, LOOK_EVERY_MS / scale),
  });

const Health = z.object({ status: z.string() });

/**
 * Refreshes the menu from now on. Waits for the first refresh when the service was down for so long
 * that leases going on would find no offer; their schedules don't wait.
 */
async function openMenu(service: Service): Promise<void> {
  const { body } = await service.call('readHealth', { userArn: OPERATOR_ARN });
  // A refresh that failed was logged, and is repeated.
  const refreshed = service.refresh().catch(() => undefined);
  if (Health.parse(body).status !== 'ok')
    await Promise.race([refreshed, pause(MAX_MENU_MS, null, { ref: false })]);
  service.keepFresh();
  service.keepFrozen();
  service.keepReconciled();
  service.keepBooks();
  service.keepSwept();
}

async function run(options: StartOptions): Promise<Started> {
  const { folder, timeScale } = options;
  const [settings, time] = [
    await openSettings(folder, options.market),
    await openTime(join(folder, 'clock.json'), timeScale, Date.now()),
  ];
  const credentialsPath = join(folder, 'credentials');
  const logPath = join(folder, 'service.log');
  const keys = await openCredentials(credentialsPath);
  const { database, simulators, end } = await startProcesses(options, settings);
  const clock = createScaledClock(timeScale, { start: timeAt(time, Date.now()) });
  const log = openLog(logPath);

  const { server, url } = await bind(options.port);
  const service = createService({
    clock,
    databaseEndpoint: database.url,
    blobs: createFolderBlobs(join(folder, 'blobs')),
    folder,
    log,
    env: environment(settings, `${url}/node/v1/heartbeats`, simulators),
  });
  const keyNamed = (id: string) => keys.get(id);
  const verify = createVerifier({ region: REGION, service: SERVICE, keyNamed, now: Date.now });
  const front = serveHttp(server, { verify, answer: service.answer, log });
  const stopNodes = simulators.map((each) => startNodes(each, clock, timeScale));
  await openMenu(service);
  // Nobody could send heartbeats while it was down. On AWS the API is up without us; here the
  // outage is ours.
  await onceFor(service.runtime, excuseSilence)();
  service.resume();
  const close = async (): Promise<void> => {
    await front.close();
    service.close();
    for (const stop of stopNodes) stop();
    await end();
  };
  return { url, credentialsPath, logPath, close };
}

/**
 * Starts the service and goes on with what an earlier one left. Rejects when another process holds
 * the folder, when the folder is not what it should be, or the port is taken.
 */
export async function startService(options: StartOptions): Promise<Started> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const unlock = await takeLock(join(options.folder, 'lock'));
  const started = await run(options).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  return {
    ...started,
    async close() {
      await started.close();
      await unlock();
    },
  };
}
