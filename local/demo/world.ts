// A new service in memory, with simulated markets whose instances call the service. The demo and
// the tests run it. Handlers, adapters and workflow are the deployed ones. The markets and the
// agents on their instances do not depend on the service: they go on when it stops.

import { randomBytes } from 'node:crypto';
import { invariant } from '../../shared/core/base/invariant.ts';
import type { ProviderName } from '../../shared/core/base/providers.ts';
import type { DurationMs } from '../../shared/core/base/time.ts';
import { createMemoryBlobs } from '../aws/blobs.ts';
import { type Database, openDatabase } from '../aws/database.ts';
import type { Around } from '../calls.ts';
import { accessVariables, firstProvider, simulatedKeys, simulatorOf } from '../markets.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import type { AgentOptions, Heartbeat, HeartbeatReply } from '../simulators/kit/agent.ts';
import type { MarketSimulator } from '../simulators/kit/simulator.ts';
import type { EngineClock } from '../workflow/clock.ts';

export type WorldOptions = {
  readonly clock: EngineClock;
  readonly seed?: number;
  /** Whether instances can call the service; if not, the service probes for readiness. */
  readonly phoneHome?: boolean;
  /** The telemetry that instances send; a busy GPU by default. */
  readonly telemetry?: AgentOptions['loadOf'];
  /** Overrides of the environment, such as limits. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder of the journals; they stay in memory by default. */
  readonly folder?: string;
  readonly around?: Around;
  readonly pause?: (ms: number) => Promise<void>;
  readonly log?: NonNullable<ServiceOptions['log']>;
  readonly onDatabaseCall?: (command: string) => void;
  readonly onWorkflowCall?: (call: string) => void;
  /** The providers to simulate; the first provider by default. */
  readonly providers?: readonly ProviderName[];
  /** Starts a proxy before each market and returns its address, for the service to call. */
  readonly between?: (marketUrl: string) => Promise<string>;
  /** Whether the menu is refreshed periodically; true by default. */
  readonly freshMenu?: boolean;
  /** How often the sweep runs for each provider; never by default. */
  readonly sweepEvery?: DurationMs;
  readonly market?: {
    readonly bootMs?: number;
    readonly listLagMs?: number;
    readonly offers?: number;
    /** Whether a rate-limited call restarts the wait; false by default. */
    readonly refusalRestarts?: boolean;
  };
};

export type World = {
  readonly service: Service;
  /** Tests let its indexes lag behind its tables. */
  readonly database: Pick<Database, 'holdIndexes' | 'releaseIndexes'>;
  /** Every market; `market` is the first one. */
  readonly markets: ReadonlyMap<ProviderName, MarketSimulator>;
  readonly market: MarketSimulator;
  /** Stops the service, as a crash does. Nothing that instances send has a reply then. */
  stopService(): void;
  close(): Promise<void>;
};

/** The IAM identity of the consumer in the demo and the tests. */
export const CONSUMER_ARN = 'arn:aws:sts::123456789012:assumed-role/trainer/run-1';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Starts markets, database and service, and refreshes the menus once. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { clock, phoneHome = true, providers = [firstProvider] } = options;
  let isStopped = false;
  const send: Send = async (heartbeat) => (isStopped ? null : sendHeartbeat(service, heartbeat));
  const opened = await Promise.all(providers.map((name) => openMarket(name, options, send)));
  const [first] = opened;
  invariant(first !== undefined, 'a world has a market');
  const database = await openDatabase();
  const service = createService({
    clock,
    databaseEndpoint: database.endpoint,
    blobs: createMemoryBlobs(),
    folder: options.folder ?? null,
    env: {
      GPU_SHOPPER_DEPLOYMENT_ID: 'demo',
      GPU_SHOPPER_TAG_KEY: hex(32),
      GPU_SHOPPER_CURSOR_KEY: hex(32),
      ...Object.assign({}, ...opened.map(({ variables }) => variables)),
      ...(phoneHome && { GPU_SHOPPER_NODE_URL: 'http://127.0.0.1/node/v1/heartbeats' }),
      ...options.env,
    },
    ...(options.around !== undefined && { around: options.around }),
    ...(options.pause !== undefined && { pause: options.pause }),
    ...(options.log !== undefined && { log: options.log }),
    ...(options.onDatabaseCall !== undefined && { onDatabaseCall: options.onDatabaseCall }),
    ...(options.onWorkflowCall !== undefined && { onWorkflowCall: options.onWorkflowCall }),
  });

  service.resume();
  await service.refresh();
  if (options.freshMenu !== false) service.startRefreshing();
  if (options.sweepEvery !== undefined) service.startSweeping(options.sweepEvery);
  return {
    service,
    database,
    markets: new Map(opened.map(({ name, market }) => [name, market])),
    market: first.market,
    stopService() {
      isStopped = true;
      service.close();
    },
    async close() {
      service.close();
      await Promise.all(opened.map(({ market }) => market.close()));
      await database.close();
    },
  };
}

type Send = NonNullable<AgentOptions['sendHeartbeat']>;

/** Starts a market; returns it with the environment variables that the service needs for it. */
async function openMarket(name: ProviderName, options: WorldOptions, sendHeartbeat: Send) {
  const { clock, between = async (url: string) => url } = options;
  const keys = simulatedKeys(name, hex(16));
  const createSimulator = await simulatorOf(name);
  const market = createSimulator({
    keys,
    now: () => clock.now(),
    after: (ms, run) => clock.at(clock.now() + ms, run),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.telemetry !== undefined && { loadOf: options.telemetry }),
    ...options.market,
    sendHeartbeat,
  });
  const baseUrl = await between(await market.listen());
  return { name, market, variables: accessVariables(name, { baseUrl, keys }) };
}

async function sendHeartbeat(
  service: Service,
  { token, body }: Heartbeat,
): Promise<HeartbeatReply | null> {
  const headers = { authorization: `Bearer ${token}` };
  const reply = await service.call('recordNodeHeartbeat', { headers, body });
  // The body comes from this process's own handler, so its shape is known.
  return reply.status === 200 ? (reply.body as HeartbeatReply) : null;
}
