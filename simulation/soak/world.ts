// The world of a soak: one market, one database, one folder of journals, and a service that is
// killed and started again on them. Time moves only when nothing else can happen.

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryBlobs } from '../../local/aws/blobs.ts';
import { openDatabase } from '../../local/aws/database.ts';
import type { GatewayReply, GatewayRequest } from '../../local/aws/gateway.ts';
import { accessVariables, firstProvider, simulatedKeys, simulatorOf } from '../../local/markets.ts';
import { createService, type Service } from '../../local/service.ts';
import type { HeartbeatReply } from '../../local/simulators/kit/agent.ts';
import { createVirtualClock } from '../../local/workflow/clock.ts';
import type { RouteName } from '../../shared/api/contract/contract.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { holdEngines, holdWires, type Sent, turn } from '../../test/support/races/turns.ts';
import { createRandom, type Random } from '../../test/support/random.ts';
import { strictly } from '../../test/support/strict-replies.ts';
import { createOutages } from '../../test/support/worlds/outages.ts';
import { HOUR, SECOND } from './plan.ts';
import { createWatch } from './watch.ts';
import { createWire, type Fate, isCrash } from './wire.ts';

export const START = Date.UTC(2026, 10, 21, 12);
const TAG_KEY = 'c4'.repeat(32);
const KEYS = simulatedKeys(firstProvider, 'of-the-soak');

export type SoakWorld = Awaited<ReturnType<typeof createSoakWorld>>;

export type SoakOptions = {
  readonly seed: number;
  /** Whether the heartbeats of the instance with this job id are lost. */
  readonly losesHeartbeat: (job: string) => boolean;
  readonly telemetry: (job: string) => Telemetry;
  /** Whether the plan has all heartbeats of this lease sent. */
  readonly mustNotBeSilent: (lease: string) => boolean;
};

const jobOf = (env: Readonly<Record<string, string>>): string => env['GPU_SHOPPER_JOB_ID'] ?? '';

const NONE: Fate = { kind: 'none' };
/** The percentage of functions that crash at one of their calls, and of those with a late reply. */
const DYING = { percent: 1, maxCalls: 14 };
const LATE = { percent: 1, maxCalls: 14, maxMs: 25 * SECOND };

function fateOf(random: Random): Fate {
  const [drawn, at] = [random.below(100), 1 + random.below(DYING.maxCalls)];
  const [ms, when] = [
    random.below(LATE.maxMs),
    random.below(2) === 0 ? 'before' : 'after',
  ] as const;
  if (drawn < DYING.percent) return { kind: 'dies', at, when };
  return drawn < DYING.percent + LATE.percent ? { kind: 'late', at, ms } : NONE;
}

const ENV = {
  GPU_SHOPPER_DEPLOYMENT_ID: 'demo',
  GPU_SHOPPER_TAG_KEY: TAG_KEY,
  GPU_SHOPPER_NODE_URL: 'http://127.0.0.1/node/v1/heartbeats',
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '10000000000',
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '1000000000',
  GPU_SHOPPER_MAX_OPEN_LEASES: '50',
  GPU_SHOPPER_OPERATORS: '123456789012/operator',
};

export async function createSoakWorld({
  seed,
  losesHeartbeat,
  telemetry,
  mustNotBeSilent,
}: SoakOptions) {
  holdWires();
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const clock = createVirtualClock(START);
  const random = createRandom(seed);
  const after = (ms: number, run: () => void) => clock.at(clock.now() + ms, run);
  const counts = { steps: 0, kills: 0, died: 0, late: 0 };
  let service: Service | null = null;
  let areFaultsStopped = false;
  /** Resolves when the service is killed, for callers that wait for a reply. */
  let ended = Promise.withResolvers<null>();

  const createSimulator = await simulatorOf(firstProvider);
  const market = createSimulator({
    keys: KEYS,
    now: clock.now,
    after,
    seed,
    credit: 100_000,
    loadOf: ({ env }) => telemetry(jobOf(env)),
    sendHeartbeat: async ({ env, token, body }) => {
      if (losesHeartbeat(jobOf(env))) return null;
      const headers = { authorization: `Bearer ${token}` };
      const reply = await call('recordNodeHeartbeat', { headers, body });
      return reply?.status === 200 ? (reply.body as HeartbeatReply) : null;
    },
  });
  const watch = createWatch(market, { now: clock.now, mustNotBeSilent });
  const outages = createOutages(clock.now);
  const outageOf = ({ to }: Sent) => outages.errorOf(to);
  const wire = createWire({ random, after, outageOf, onReply: watch.onReply });
  const url = await market.listen();
  const database = await openDatabase();
  const blobs = createMemoryBlobs();

  const around = (own: () => Service | null) => (_call: object, run: () => Promise<unknown>) => {
    const fate = areFaultsStopped ? NONE : fateOf(random);
    if (fate.kind === 'late') counts.late += 1;
    const call = () => wire.run(run, fate, () => own() !== service);
    return turn({ name: 'function', to: null }, call).catch((error: unknown) => {
      if (isCrash(error)) counts.died += 1;
      throw error;
    });
  };
  /** One request of a client; null when there is no reply. */
  async function call(route: RouteName, request: GatewayRequest): Promise<GatewayReply | null> {
    if (service === null) return null;
    const cut = ended.promise;
    return Promise.race([service.call(route, request).catch(() => null), cut]);
  }
  let tokens = 0;
  const ids = {
    token: () => {
      tokens += 1;
      return `token-${tokens}-${randomUUID()}`;
    },
    random: random.next,
  };
  async function boot(): Promise<void> {
    const own = createService({
      env: { ...ENV, ...accessVariables(firstProvider, { baseUrl: url, keys: KEYS }) },
      ...{ clock, databaseEndpoint: database.endpoint, blobs, folder, ids },
      around: strictly(around(() => own)),
      pause: (ms) =>
        turn({ name: 'pause', to: null }, () => new Promise((resolve) => after(ms, resolve))),
    });
    holdEngines(own.runtime);
    service = own;
    own.resume();
    own.startRefreshing();
    own.startSweeping();
    own.startAdvancingFreezes();
    await own.refresh().catch(() => undefined);
  }
  async function step(): Promise<boolean> {
    const moved = clock.next();
    await wire.quiet();
    counts.steps += 1;
    watch.check();
    return moved;
  }
  let isBooted = false;
  void boot().then(() => {
    isBooted = true;
  });
  for (await wire.quiet(); !isBooted; await step());
  return {
    ...{ clock, random, market, watch, wire, counts, call, step },
    service: () => service,
    /** Kills the service, as SIGKILL does, and starts it again after `downMs`. */
    kill(downMs: number): void {
      if (service === null) return;
      counts.kills += 1;
      service.close();
      service = null;
      ended.resolve(null);
      ended = Promise.withResolvers<null>();
      watch.excuseUntil(clock.now() + downMs);
      after(downMs, () => void boot());
    },
    startOutage: outages.start,
    /** From now on no function crashes, no reply is late, and no service has an outage. */
    stopFaults: (): void => {
      outages.stopAll();
      areFaultsStopped = true;
    },
    at: (instant: number, run: () => void) => clock.at(instant, run),
    async until(done: () => boolean, hours: number): Promise<void> {
      const limit = clock.now() + hours * HOUR;
      while (!done()) {
        if (clock.now() > limit) throw new Error(`not done in ${hours} simulated hours`);
        if (!(await step())) throw new Error('nothing is left that could happen');
      }
    },
    async close(): Promise<void> {
      service?.close();
      await market.close();
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}
