// A new service in memory, with simulated markets and simulated instances that call the service.
// The demo and the tests run it. Handlers, adapters and workflow are the deployed ones.

import { randomBytes } from 'node:crypto';
import { invariant } from '../../shared/core/base/invariant.ts';
import type { ProviderName } from '../../shared/core/base/providers.ts';
import type { DurationMs } from '../../shared/core/base/time.ts';
import { createMemoryBlobs } from '../aws/blobs.ts';
import { type Database, openDatabase } from '../aws/database.ts';
import { accessVariables, firstProvider, simulatedKeys, simulatorOf } from '../markets.ts';
import { type HeartbeatReply, type NodeBody, type NodeOptions, startNode } from '../node.ts';
import { type Around, createService, type Service, type ServiceOptions } from '../service.ts';
import type { MachineStart } from '../simulators/kit/machines.ts';
import type { MarketSimulator } from '../simulators/kit/simulator.ts';
import type { EngineClock } from '../workflow/clock.ts';

export type WorldOptions = {
  readonly clock: EngineClock;
  readonly seed?: number;
  /** Whether instances can call the service; if not, the service probes for readiness. */
  readonly phoneHome?: boolean;
  /** The telemetry that instances send; a busy GPU by default. */
  readonly telemetry?: NodeOptions['telemetry'];
  /** Whether instances destroy themselves at their deadline, as real ones do; false by default. */
  readonly deadManSwitch?: boolean;
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
  close(): Promise<void>;
};

/** The IAM identity of the consumer in the demo and the tests. */
export const CONSUMER_ARN = 'arn:aws:sts::123456789012:assumed-role/trainer/run-1';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Starts markets, database and service, and refreshes the menus once. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { clock, phoneHome = true, providers = [firstProvider] } = options;
  const opened = await Promise.all(
    providers.map((name) => openMarket(name, options, () => service)),
  );
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

  await service.refresh();
  if (options.freshMenu !== false) service.startRefreshing();
  if (options.sweepEvery !== undefined) service.startSweeping(options.sweepEvery);
  return {
    service,
    database,
    markets: new Map(opened.map(({ name, market }) => [name, market])),
    market: first.market,
    async close() {
      service.close();
      await Promise.all(opened.map(({ market }) => market.close()));
      await database.close();
    },
  };
}

type GetService = () => Service;

/** Starts a market; returns it with the environment variables that the service needs for it. */
async function openMarket(name: ProviderName, options: WorldOptions, getService: GetService) {
  const { clock, between = async (url: string) => url } = options;
  const keys = simulatedKeys(name, hex(16));
  const createSimulator = await simulatorOf(name);
  const market = createSimulator({
    keys,
    now: () => clock.now(),
    after: (ms, run) => clock.at(clock.now() + ms, run),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...options.market,
    startMachine: (instance) => startNode(nodeOptions(options, getService, instance), instance),
  });
  const baseUrl = await between(await market.listen());
  return { name, market, variables: accessVariables(name, { baseUrl, keys }) };
}

function nodeOptions(
  options: WorldOptions,
  getService: GetService,
  instance: MachineStart,
): NodeOptions {
  const { clock, telemetry, deadManSwitch = false, around = (_call, run) => run() } = options;
  const call = { name: 'endOwnInstance', payload: { id: instance.id } };
  return {
    now: () => clock.now(),
    at: clock.at,
    hardware: () => ({
      sshHostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHNpbXVsYXRlZC1tYWNoaW5lLWhvc3Qta2V5',
      gpuName: null,
      gpuCount: null,
      driver: null,
    }),
    send: (token, body) => sendHeartbeat(getService(), token, body),
    telemetry,
    ...(deadManSwitch && { end: async () => void (await around(call, instance.endSelf)) }),
  };
}

async function sendHeartbeat(
  service: Service,
  token: string,
  body: NodeBody,
): Promise<HeartbeatReply | null> {
  const headers = { authorization: `Bearer ${token}` };
  const reply = await service.call('recordNodeHeartbeat', { headers, body });
  // The body comes from this process's own handler, so its shape is known.
  return reply.status === 200 ? (reply.body as HeartbeatReply) : null;
}
