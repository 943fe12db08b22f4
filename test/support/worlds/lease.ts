// A world in virtual time: the whole service and its market, where time moves only while no call
// is under way. No test waits, and a fault strikes at the same moment on every machine.

import { randomUUID } from 'node:crypto';
import type { GatewayReply, GatewayRequest } from '../../../local/aws/gateway.ts';
import { audit } from '../../../local/demo/audit.ts';
import {
  CONSUMER_ARN,
  createWorld,
  type World,
  type WorldOptions,
} from '../../../local/demo/world.ts';
import type { Call } from '../../../local/service.ts';
import { createVirtualClock } from '../../../local/workflow/clock.ts';
import type { RouteName } from '../../../shared/api/contract/contract.ts';
import { books } from '../../../shared/app/lease.ts';
import { once } from '../../../shared/app/runtime.ts';
import { brandId, ConsumerId, LeaseId } from '../../../shared/core/base/ids.ts';
import type { Lease } from '../../../shared/core/lease/lease.ts';
import { strictly } from '../strict-replies.ts';

export const CONSUMER = brandId(ConsumerId, '123456789012/trainer');
export const START = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
/** Enough to choose from: refreshing a menu of the real size would take most of a test's time. */
const OFFERS = 60;
/** For tests that need rare GPUs or rent many instances. */
export const LARGE_MARKET = { market: { offers: 340 } } as const;

/** An answer that time doesn't wait for: the test says when it comes. */
export type Later = { readonly later: Promise<unknown> };

/** Decides what becomes of a call: run it, fail it, answer it later, or never. */
export type Meddle = (call: Call, run: () => Promise<unknown>) => Promise<unknown> | Later | 'hang';

const isLater = (told: unknown): told is Later =>
  typeof told === 'object' && told !== null && 'later' in told;

export type LeaseWorld = World & {
  readonly clock: ReturnType<typeof createVirtualClock>;
  /** Names of all functions called so far, in order. */
  readonly calls: readonly string[];
  ask(route: RouteName, request?: GatewayRequest): Promise<GatewayReply>;
  request(body?: object, key?: string): Promise<LeaseId>;
  release(id: LeaseId): Promise<GatewayReply>;
  lease(id: LeaseId): Promise<Lease>;
  /** Moves time on, timer by timer, until `done`; fails after `hours` of it. */
  until(done: () => Promise<boolean>, hours?: number): Promise<void>;
  untilState(id: LeaseId, state: Lease['state'], hours?: number): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** What is left over; empty when all is well. */
  leftovers(...ids: LeaseId[]): Promise<readonly string[]>;
};

const KEY = `ssh-ed25519 ${'A'.repeat(68)} test@laptop`;

export async function leaseWorld(
  meddle: Meddle = (_call, run) => run(),
  options: Partial<WorldOptions> = {},
): Promise<LeaseWorld> {
  const clock = createVirtualClock(START);
  const calls: string[] = [];
  let busy = 0;

  const counted = async (work: () => Promise<unknown>): Promise<unknown> => {
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
    }
  };
  const around = async (call: Call, run: () => Promise<unknown>): Promise<unknown> => {
    calls.push(call.name);
    const answer = await counted(async () => ({ told: await meddle(call, run) }));
    const { told } = answer as { told: unknown };
    if (isLater(told)) return told.later;
    return told === 'hang' ? new Promise(() => undefined) : told;
  };
  // Within a call time stands still, so a pause in it may not wait for the clock.
  const pause = async (): Promise<void> => undefined;
  const market = { offers: OFFERS, ...options.market };
  const world = await createWorld({
    ...{ clock, seed: 7, pause, ...options, market },
    around: strictly(options.around ?? around),
  });
  const { service } = world;

  const quiet = async (): Promise<void> => {
    for (let calm = 0; calm < 3; calm += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await service.engine.settled();
      if (busy > 0) calm = -1;
    }
  };
  const store = () => once(service.runtime, books);
  const ask = (route: RouteName, request: GatewayRequest = {}) =>
    service.call(route, { userArn: CONSUMER_ARN, ...request });
  const lease = async (id: LeaseId): Promise<Lease> => {
    const found = await store().leases.get(id);
    if (found === null) throw new Error(`no lease ${id}`);
    return found;
  };
  const until = async (done: () => Promise<boolean>, hours = 40): Promise<void> => {
    const limit = clock.now() + hours * HOUR;
    for (;;) {
      await quiet();
      if (await done()) return;
      if (clock.now() > limit) throw new Error(`not done in ${hours} simulated hours`);
      if (!clock.next()) throw new Error('nothing is left that could happen');
    }
  };
  return {
    ...world,
    clock,
    calls,
    ask,
    lease,
    until,
    async request(body = {}, key = randomUUID()) {
      const headers = { 'idempotency-key': key };
      const reply = await ask('requestLease', {
        headers,
        body: { gpuNames: ['RTX 4090'], sshPublicKey: KEY, ...body },
      });
      if (reply.status !== 202) throw new Error(JSON.stringify(reply.body));
      return brandId(LeaseId, (reply.body as { id: string }).id);
    },
    release: (id) => ask('releaseLease', { params: { id } }),
    untilState: (id, state, hours) => until(async () => (await lease(id)).state === state, hours),
    async pass(ms) {
      const end = clock.now() + ms;
      let due = false;
      clock.at(end, () => {
        due = true;
      });
      await until(async () => due, ms / HOUR + 1);
    },
    leftovers: (...leases) => {
      const alive = world.market.instances().filter((instance) => instance.alive);
      return audit(service.runtime, CONSUMER, { leases, alive });
    },
  };
}
