// Starts the whole service on a data folder: database and simulators as child processes, the
// workflow engine, the HTTP front. All state is in the folder, so the next start resumes it.

import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { createFolderBlobs } from './aws/blobs.ts';
import { OPERATOR, OPERATOR_ARN, openCredentials } from './aws/credentials.ts';
import { serveHttp } from './aws/http-front.ts';
import { createVerifier } from './aws/sigv4.ts';
import { takeLock } from './files/lock-file.ts';
import { openLog } from './files/log-file.ts';
import { accessVariables } from './markets.ts';
import { type Simulator, startProcesses } from './processes.ts';
import { createService, type Service } from './service.ts';
import { openSettings, openTime, type Settings, timeAt } from './settings.ts';
import { createScaledClock } from './workflow/clock.ts';

export const REGION = 'us-east-1';
export const SERVICE = 'execute-api';

export type StartOptions = {
  /** 0 picks a free port. */
  readonly port: number;
  readonly folder: string;
  readonly timeScale: number;
  /** Whether instances are leased at real providers or at simulators. */
  readonly market: Settings['market'];
  /** Called when a child process exits and the service must stop. Its state is in the folder. */
  readonly onLost: (message: string) => void;
};

export type Started = {
  readonly url: string;
  readonly credentialsPath: string;
  readonly logPath: string;
  /** Stops everything except the leases, which continue at the next start. */
  close(): Promise<void>;
};

/** How long a start waits for menus, in real time; providers' rate limits take most of it. */
const MAX_MENU_MS = 30_000;

async function bind(port: number): Promise<{ server: Server; url: string }> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : undefined;
  return { server, url: `http://127.0.0.1:${bound}` };
}

/** The folder's variables come last: the environment must not override its keys and addresses. */
function environment(settings: Settings, nodeUrl: string, simulators: readonly Simulator[]) {
  const access = simulators.map(({ name, keys, child }) =>
    accessVariables(name, { baseUrl: child.url, keys }),
  );
  return {
    ...process.env,
    ...Object.assign({}, ...access),
    // Only simulated instances can reach a loopback address.
    ...(simulators.length > 0 && { GPU_SHOPPER_NODE_URL: nodeUrl }),
    GPU_SHOPPER_DEPLOYMENT_ID: settings.deployment,
    GPU_SHOPPER_TAG_KEY: settings.tagKey,
    GPU_SHOPPER_CURSOR_KEY: settings.cursorKey,
    GPU_SHOPPER_OPERATORS: OPERATOR,
    AWS_REGION: REGION,
  };
}

const Health = z.object({ status: z.string() });

/**
 * Starts the periodic work. Waits for the first refresh of the menu when the menu is too old for a
 * resumed launch to find an offer.
 */
async function startRounds(service: Service): Promise<void> {
  const { body } = await service.call('readHealth', { userArn: OPERATOR_ARN });
  // A failed refresh is logged and repeated.
  const refreshed = service.refresh().catch(() => undefined);
  if (Health.parse(body).status !== 'ok')
    await Promise.race([refreshed, pause(MAX_MENU_MS, null, { ref: false })]);
  service.startRefreshing();
  service.startAdvancingFreezes();
  service.startReconciling();
  service.startBookkeeping();
  service.startSweeping();
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
  await startRounds(service);
  service.resume();
  const close = async (): Promise<void> => {
    await front.close();
    service.close();
    await end();
  };
  return { url, credentialsPath, logPath, close };
}

/**
 * Starts the service and resumes the leases in its folder. Rejects when another process holds the
 * folder, the folder's settings are damaged or of the other kind, or the port is in use.
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
