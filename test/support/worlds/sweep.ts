// A lease world whose provider is swept by hand or by the clock, with machines that carry our tag
// and that no lease ever asked for.

import { LOCAL_ACCESS } from '../../../local/aws/database.ts';
import type { WorldOptions } from '../../../local/demo/world.ts';
import { firstProvider } from '../../../local/markets.ts';
import { connect } from '../../../shared/adapters/dynamodb/client.ts';
import { createSweepStore } from '../../../shared/adapters/dynamodb/sweep/sweep-store.ts';
import { openTable } from '../../../shared/adapters/dynamodb/table.ts';
import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import { brandId, DeploymentId, LeaseId } from '../../../shared/core/base/ids.ts';
import { type Ownership, tagOf } from '../../../shared/core/instance/ownership.ts';
import type { SweepRecord } from '../../../shared/core/sweep/record.ts';
import { type LeaseWorld, leaseWorld, type Meddle } from './lease.ts';

const TAG_KEY = 'c4'.repeat(32);
const signer = createHmacSigner({ current: TAG_KEY });

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const LIMITS = {
  GPU_SHOPPER_TAG_KEY: TAG_KEY,
  GPU_SHOPPER_MONTHLY_BUDGET_MICRO_USD: '1000000000',
  GPU_SHOPPER_MAX_RATE_MICRO_USD_PER_HOUR: '100000000',
  GPU_SHOPPER_MAX_OPEN_LEASES: '50',
  GPU_SHOPPER_OPERATORS: '123456789012/operator',
};

export type SweepWorld = LeaseWorld & {
  /** Puts a machine with a tag of ours at the provider; nobody asked for it. */
  plant(owner?: Partial<Ownership>): string;
  /** Whether a machine exists. */
  lives(id: string): boolean;
  alive(): number;
  /** Sweeps `times`, each after a minute, and returns the last record, failed or not. */
  sweep(times?: number): Promise<SweepRecord>;
  active(body?: object): Promise<LeaseId>;
  /** Types of the lease's events, in order. */
  told(id: LeaseId): Promise<readonly string[]>;
};

/** A tag of this deployment; of a lease that never was unless told otherwise. */
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

export async function sweepWorld(
  meddle?: Meddle,
  options: Partial<WorldOptions> = {},
): Promise<SweepWorld> {
  const env = { ...LIMITS, ...options.env };
  const world = await leaseWorld(meddle, { ...options, env });
  const { service, market } = world;
  const { tables } = service.runtime.config;
  const store = createSweepStore(
    openTable(connect({ ...LOCAL_ACCESS, ...service.runtime.database }), tables.inventory),
  );
  return {
    ...world,
    plant: (owner) => market.addForeignInstance(aTag(owner)),
    lives: (id) => market.instances().some((each) => each.id === id && each.alive),
    alive: () => market.instances().filter((each) => each.alive).length,
    async sweep(times = 1) {
      for (let turn = 1; turn <= times; turn += 1) {
        await world.pass(MINUTE);
        await service.sweep().catch(() => undefined);
      }
      const record = await store.last(firstProvider);
      if (record === null) throw new Error('nothing was recorded');
      return record;
    },
    async active(body = {}) {
      const id = await world.request(body);
      await world.untilState(id, 'active');
      return id;
    },
    async told(id) {
      const types: string[] = [];
      let cursor: string | undefined;
      for (;;) {
        const query = cursor === undefined ? {} : { cursor };
        const { body } = await world.ask('readEvents', { params: { id }, query });
        const page = body as { events: { type: string }[]; nextCursor: string };
        if (page.events.length === 0) return types;
        types.push(...page.events.map(({ type }) => type));
        cursor = page.nextCursor;
      }
    },
  };
}
