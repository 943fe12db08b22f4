// A fresh service in memory, with the simulated market it leases from and instances that phone
// home: what the demo shows and the tests run. Everything is real but the money and the metal.

import { randomBytes } from 'node:crypto';
import { invariant } from '../../shared/core/base/invariant.ts';
import type { ProviderName } from '../../shared/core/base/providers.ts';
import type { DurationMs } from '../../shared/core/base/time.ts';
import { createMemoryBlobs } from '../aws/blobs.ts';
import { openDatabase } from '../aws/database.ts';
import { accessVariables, firstProvider, simulatedKeys, simulatorOf } from '../markets.ts';
import { type NodeBody, type NodeOptions, startNode, type Told } from '../node.ts';
import { type Around, createService, type Service, type ServiceOptions } from '../service.ts';
import type { MachineStart } from '../simulators/kit/machines.ts';
import type { MarketSimulator } from '../simulators/kit/simulator.ts';
import type { EngineClock } from '../workflow/clock.ts';

export type WorldOptions = {
  readonly clock: EngineClock;
  readonly seed?: number;
  /** Whether instances can call home; if not, readiness is probed. */
  readonly phoneHome?: boolean;
  /** What instances say of their load; hard at work unless given. */
  readonly telemetry?: NodeOptions['telemetry'];
  /** Whether instances end themselves, as real ones do; not unless given. */
  readonly deadManSwitch?: boolean;
  /** Overrides of the environment, such as limits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where journals are kept; in memory unless given. */
  readonly folder?: string;
  readonly around?: Around;
  readonly pause?: (ms: number) => Promise<void>;
  readonly log?: NonNullable<ServiceOptions['log']>;
  readonly onDatabaseCall?: (command: string) => void;
  readonly onWorkflowCall?: (call: string) => void;
  /** Whose markets there are; that of the first provider alone unless given. */
  readonly providers?: readonly ProviderName[];
  /** Puts something between the service and each market; returns the address to use instead. */
  readonly between?: (marketUrl: string) => Promise<string>;
  /** Whether the menu is read again and again; true unless given. */
  readonly freshMenu?: boolean;
  /** How often each provider is swept while leases are open; never unless given. */
  readonly sweepEvery?: DurationMs;
  readonly market?: {
    readonly bootMs?: number;
    readonly listLagMs?: number;
    readonly offers?: number;
  };
};

export type World = {
  readonly service: Service;
  /** Every market, and the first of them. */
  readonly markets: ReadonlyMap<ProviderName, MarketSimulator>;
  readonly market: MarketSimulator;
  close(): Promise<void>;
};

/** The consumer of demo and tests, as IAM would state it. */
export const CONSUMER_ARN = 'arn:aws:sts::123456789012:assumed-role/trainer/run-1';

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Starts markets, database and service, and reads the menus once. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { clock, phoneHome = true, providers = [firstProvider] } = options;
  const made = await Promise.all(providers.map((name) => openMarket(name, options, () => service)));
  const [first] = made;
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
      ...Object.assign({}, ...made.map(({ variables }) => variables)),
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
  if (options.freshMenu !== false) service.keepFresh();
  if (options.sweepEvery !== undefined) service.keepSwept(options.sweepEvery);
  return {
    service,
    markets: new Map(made.map(({ name, market }) => [name, market])),
    market: first.market,
    async close() {
      service.close();
      await Promise.all(made.map(({ market }) => market.close()));
      await database.close();
    },
  };
}

type Reached = () => Service;

/** Starts a market; returns it with the variables by which the service reaches it. */
async function openMarket(name: ProviderName, options: WorldOptions, reached: Reached) {
  const { clock, between = async (url: string) => url } = options;
  const keys = simulatedKeys(name, hex(16));
  const createSimulator = await simulatorOf(name);
  const market = createSimulator({
    keys,
    now: () => clock.now(),
    after: (ms, run) => clock.at(clock.now() + ms, run),
    ...(options.seed !== undefined && { seed: options.seed }),
    rateLimits: false,
    ...options.market,
    startMachine: (instance) => startNode(nodeOptions(options, reached, instance), instance),
  });
  const baseUrl = await between(await market.listen());
  return { name, market, variables: accessVariables(name, { baseUrl, keys }) };
}

function nodeOptions(options: WorldOptions, reached: Reached, instance: MachineStart): NodeOptions {
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
    send: (token, body) => heartbeat(reached(), token, body),
    telemetry,
    ...(deadManSwitch && { end: async () => void (await around(call, instance.endSelf)) }),
  };
}

async function heartbeat(service: Service, token: string, body: NodeBody): Promise<Told | null> {
  const headers = { authorization: `Bearer ${token}` };
  const reply = await service.call('recordNodeHeartbeat', { headers, body });
  // The service's own view made it.
  return reply.status === 200 ? (reply.body as Told) : null;
}
