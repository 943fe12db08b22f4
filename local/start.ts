// Starts the whole service on a data folder: database and simulators as child processes, the
// workflow engine, the HTTP front. All state is in the folder, so the next start resumes it.

import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { createFolderBlobs } from './aws/blobs.ts';
import { OPERATOR, openCredentials } from './aws/credentials.ts';
import { serveHttp } from './aws/http-front.ts';
import { createVerifier } from './aws/sigv4.ts';
import { takeLock } from './files/lock-file.ts';
import { openLog } from './files/log-file.ts';
import { accessVariables } from './markets.ts';
import { createPace } from './pace.ts';
import { type Simulator, startProcesses } from './processes.ts';
import { createService, type Service } from './service.ts';
import { openSettings, openTime, type Settings, saveTime } from './settings.ts';
import { createScaledClock, type Origin, timeAt } from './workflow/clock.ts';

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
  /** Called when time slows down because this computer does not keep up, and afterwards. */
  readonly onPace: (message: string) => void;
};

export type Started = {
  readonly url: string;
  readonly credentialsPath: string;
  readonly logPath: string;
  /** Stops everything except the leases, which continue at the next start. */
  close(): Promise<void>;
};

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

/** Lets simulators follow a change of time, and the next start continue from it. */
function followTime(path: string, simulators: readonly Simulator[]) {
  let saved = Promise.resolve();
  return (origin: Origin): void => {
    for (const { child } of simulators) child.write(JSON.stringify(origin));
    saved = saved.then(() => saveTime(path, origin)).catch(() => undefined);
  };
}

/** Starts the periodic work. Until the first refresh is complete, leases wait for the menu. */
function startRounds(service: Service): void {
  // A failed refresh is logged and repeated.
  service.refresh().catch(() => undefined);
  service.startRefreshing();
  service.startAdvancingFreezes();
  service.startReconciling();
  service.startBookkeeping();
  service.startSweeping();
}

async function run(options: StartOptions): Promise<Started> {
  const { folder, timeScale } = options;
  const timePath = join(folder, 'clock.json');
  const [settings, time] = [
    await openSettings(folder, options.market),
    await openTime(timePath, timeScale, Date.now()),
  ];
  const credentialsPath = join(folder, 'credentials');
  const logPath = join(folder, 'service.log');
  const keys = await openCredentials(credentialsPath);
  const { database, simulators, end } = await startProcesses(options, settings);
  const clock = createScaledClock(timeScale, { start: timeAt(time, Date.now()) });
  const log = openLog(logPath);
  const pace = createPace({
    ...{ clock, scale: timeScale },
    onScale: followTime(timePath, simulators),
    onChange: (message) => {
      log({ kind: 'pace', error: 'SlowTime', message, id: undefined });
      options.onPace(message);
    },
  });

  const { server, url } = await bind(options.port);
  const service = createService({
    clock,
    databaseEndpoint: database.url,
    blobs: createFolderBlobs(join(folder, 'blobs')),
    folder,
    log,
    pace,
    env: environment(settings, `${url}/node/v1/heartbeats`, simulators),
  });
  const keyNamed = (id: string) => keys.get(id);
  const verify = createVerifier({ region: REGION, service: SERVICE, keyNamed, now: Date.now });
  const front = serveHttp(server, { verify, answer: service.answer, log });
  startRounds(service);
  service.resume();
  const close = async (): Promise<void> => {
    await front.close();
    service.close();
    pace.close();
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
