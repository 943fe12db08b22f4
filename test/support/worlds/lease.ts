// A lease world: the whole service and its market in virtual time, calls of a consumer, and the
// market's actual state. Every test of leases uses it.

import { randomUUID } from 'node:crypto';
import { LOCAL_ACCESS } from '../../../local/aws/database.ts';
import type { GatewayReply, GatewayRequest } from '../../../local/aws/gateway.ts';
import type { Around } from '../../../local/calls.ts';
import { audit } from '../../../local/demo/audit.ts';
import {
  CONSUMER_ARN,
  createWorld,
  type World,
  type WorldOptions,
} from '../../../local/demo/world.ts';
import { firstProvider } from '../../../local/markets.ts';
import { createVirtualClock } from '../../../local/workflow/clock.ts';
import { connect } from '../../../shared/adapters/dynamodb/client.ts';
import { createSweepStore } from '../../../shared/adapters/dynamodb/sweep/sweep-store.ts';
import { openTable } from '../../../shared/adapters/dynamodb/table.ts';
import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import type { RouteName } from '../../../shared/api/contract/contract.ts';
import { books } from '../../../shared/app/lease.ts';
import { once } from '../../../shared/app/runtime.ts';
import { WORKERS } from '../../../shared/core/base/functions.ts';
import { brandId, ConsumerId, DeploymentId, LeaseId } from '../../../shared/core/base/ids.ts';
import { type Ownership, tagOf } from '../../../shared/core/instance/ownership.ts';
import type { Lease, LeaseIn } from '../../../shared/core/lease/lease.ts';
import type { SweepRecord } from '../../../shared/core/sweep/record.ts';
import { strictly } from '../strict-replies.ts';
import {
  createPauses,
  driveTime,
  type Meddle,
  MINUTE,
  START,
  type Time,
  watchCalls,
} from './virtual-time.ts';

export const CONSUMER = brandId(ConsumerId, '123456789012/trainer');
export const OPERATOR = 'arn:aws:sts::123456789012:assumed-role/operator/night-shift';
export const STRANGER = 'arn:aws:sts::123456789012:assumed-role/other-team/run-1';
/** A small menu: refreshing one of the real size would take most of a test's time. */
const OFFERS = 60;
/** For tests that need rare GPUs or rent many instances. */
export const LARGE_MARKET = { market: { offers: 340 } } as const;
export const TAG_KEY = 'c4'.repeat(32);
/** Room for many leases, and an operator. */
const ENV = {
  GPU_SHOPPER_TAG_KEY: TAG_KEY,
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '1000000000',
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '100000000',
  GPU_SHOPPER_MAX_OPEN_LEASES: '50',
  GPU_SHOPPER_OPERATORS: '123456789012/operator',
};
const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

/** The options of `createWorld`; by default, instances send heartbeats and no sweep runs. */
export type LeaseWorldOptions = Partial<Omit<WorldOptions, 'around'>> & {
  readonly meddle?: Meddle;
};

export type LeaseWorld = World &
  Time & {
    readonly clock: ReturnType<typeof createVirtualClock>;
    /** Names of all functions called so far, in order. */
    readonly calls: readonly string[];
    /** For a second service on the same clock: time waits for its calls too. */
    readonly around: Around;
    /** Runs work on which a call in progress waits, such as a call that a proxy holds. */
    duringCall<Result>(work: () => Promise<Result>): Promise<Result>;
    ask(route: RouteName, request?: GatewayRequest): Promise<GatewayReply>;
    request(body?: object, key?: string): Promise<LeaseId>;
    /** Requests a lease and waits until it is active. */
    active(body?: object): Promise<LeaseIn<'active'>>;
    release(id: LeaseId): Promise<GatewayReply>;
    /** Releases the lease and waits until it has ended. */
    end(id: LeaseId): Promise<void>;
    lease(id: LeaseId): Promise<Lease>;
    /** Types of the lease's events, in order. */
    eventTypes(id: LeaseId): Promise<readonly string[]>;
    untilState(id: LeaseId, state: Lease['state'], hours?: number): Promise<void>;
    /** Sweeps `times`, each after a minute, and returns the last record, failed or not. */
    sweep(times?: number): Promise<SweepRecord>;
    /** Adds an instance with a valid tag and no recorded attempt. */
    plant(owner?: Partial<Ownership>): string;
    /** Whether the instance exists. */
    lives(id: string): boolean;
    /** The number of existing instances. */
    alive(): number;
    /** The violations of the demo's audit. */
    leftovers(...ids: LeaseId[]): Promise<readonly string[]>;
  };

const signer = createHmacSigner({ current: TAG_KEY });
/** A tag of this deployment; of an unknown lease by default. */
export const aTag = (owner: Partial<Ownership> = {}): string =>
  tagOf(
    {
      deployment: brandId(DeploymentId, 'demo'),
      leaseId: brandId(LeaseId, 'nobody'.repeat(4).slice(0, 20)),
      attempt: 1,
      ...owner,
    },
    signer,
  );

/** The leases of CONSUMER, through the API and as they are stored. */
function leasesOf({ service }: World) {
  const ask: LeaseWorld['ask'] = (route, request = {}) =>
    service.call(route, { userArn: CONSUMER_ARN, ...request });
  const request: LeaseWorld['request'] = async (body = {}, key = randomUUID()) => {
    const reply = await ask('requestLease', {
      headers: { 'idempotency-key': key },
      body: { gpuNames: ['RTX 4090'], sshPublicKey: KEY, ...body },
    });
    if (reply.status !== 202) throw new Error(JSON.stringify(reply.body));
    return brandId(LeaseId, (reply.body as { id: string }).id);
  };
  const lease: LeaseWorld['lease'] = async (id) => {
    const found = await once(service.runtime, books).leases.get(id);
    if (found === null) throw new Error(`lease ${id} does not exist`);
    return found;
  };
  const eventTypes: LeaseWorld['eventTypes'] = async (id) => {
    const types: string[] = [];
    let cursor: string | undefined;
    for (;;) {
      const query = cursor === undefined ? {} : { cursor };
      const { body } = await ask('readEvents', { params: { id }, query });
      const page = body as { events: { type: string }[]; nextCursor: string };
      if (page.events.length === 0) return types;
      types.push(...page.events.map(({ type }) => type));
      cursor = page.nextCursor;
    }
  };
  return {
    ask,
    request,
    lease,
    eventTypes,
    release: (id: LeaseId) => ask('releaseLease', { params: { id } }),
  };
}

/** Sweeps of the provider, and the instances that exist there. */
function providerOf({ service, market }: World, { pass }: Time) {
  const { runtime } = service;
  const connection = connect({ ...LOCAL_ACCESS, ...runtime.database });
  const store = createSweepStore(openTable(connection, runtime.config.tables.inventory));
  const existing = () => market.instances().filter(({ alive }) => alive);
  return {
    async sweep(times = 1) {
      for (let turn = 1; turn <= times; turn += 1) {
        await pass(MINUTE);
        await service.sweep().catch(() => undefined);
      }
      const record = await store.last(firstProvider);
      if (record === null) throw new Error('there is no sweep record');
      return record;
    },
    plant: (owner?: Partial<Ownership>) => market.addForeignInstance(aTag(owner)),
    lives: (id: string) => existing().some((instance) => instance.id === id),
    alive: () => existing().length,
    leftovers: (...leases: LeaseId[]) => audit(runtime, CONSUMER, { leases, alive: existing() }),
  };
}

/** The calls in progress that only wait for their timeout. */
const hangingIn = ({ lambda, work }: World['service']): number =>
  WORKERS.reduce((sum, worker) => sum + work.queues[worker].hanging(), lambda.hanging());

export async function leaseWorld(options: LeaseWorldOptions = {}): Promise<LeaseWorld> {
  const { meddle = (_call, run) => run(), ...rest } = options;
  const clock = createVirtualClock(START);
  const { pause, duringCall, pausing } = createPauses(clock, () => time);
  const { calls, around, isIdle } = watchCalls(
    meddle,
    () => (world === undefined ? 0 : hangingIn(world.service)) + pausing(),
  );
  const market = { offers: OFFERS, ...rest.market };
  const env = { ...ENV, ...rest.env };
  let world: World | undefined;
  let time: Time | undefined;
  world = await createWorld({
    ...{ clock, seed: 7, pause, ...rest, market, env },
    around: strictly(around),
  });
  time = driveTime(clock, world.service.engine, isIdle);
  const leases = leasesOf(world);
  const untilState: LeaseWorld['untilState'] = (id, state, hours) =>
    time.until(async () => (await leases.lease(id)).state === state, hours);
  return {
    ...world,
    ...{ clock, calls, around: strictly(around), untilState, duringCall },
    ...time,
    ...leases,
    ...providerOf(world, time),
    async active(body) {
      const id = await leases.request(body);
      await untilState(id, 'active');
      const lease = await leases.lease(id);
      if (lease.state !== 'active') throw new Error(`the lease is ${lease.state}`);
      return lease;
    },
    async end(id) {
      await leases.release(id);
      await untilState(id, 'ended');
    },
  };
}
