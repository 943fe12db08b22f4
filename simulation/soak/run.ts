// Plays a plan: consumers ask, heartbeat, extend and release, operators freeze and thaw, the
// provider fails in all its ways, and the service is killed. At the end all books must agree.

import { brandId, LeaseId } from '../../shared/core/base/ids.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { createRandom } from '../../test/support/random.ts';
import { aTag } from '../../test/support/worlds/lease.ts';
import { auditAll, compareBills } from './books.ts';
import { drawPlan, HOUR, type LeasePlan, MINUTE, type Plan, SECOND, type Upset } from './plan.ts';
import { createSoakWorld, type SoakWorld, START } from './world.ts';

export type SoakReport = {
  readonly seed: number;
  readonly leases: number;
  /** What is wrong, in words; empty when all is well. */
  readonly wrong: readonly string[];
  readonly byReason: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly upsets: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly died: number;
  readonly late: number;
  readonly instanceHours: number;
  readonly instances: number;
  /** The longest that an instance outlived its lease's end, in seconds: at all, and untroubled. */
  readonly worstLateSeconds: number;
  readonly worstCalmLateSeconds: number;
  readonly chargedMicroUsd: number;
  readonly billedMicroUsd: number;
  /** Leases that were charged less than the provider billed, and by how much in all and at most. */
  readonly under: { readonly leases: number; readonly microUsd: number; readonly most: number };
  readonly simulatedHours: number;
  readonly steps: number;
  readonly calls: number;
  /** Of all events of all leases: the same for the same seed. */
  readonly digest: string;
};

const arn = (consumer: number): string =>
  `arn:aws:sts::123456789012:assumed-role/trainer-${consumer}/run`;
const OPERATOR = 'arn:aws:sts::123456789012:assumed-role/operator/run';

const BUSY: Telemetry = {
  ...{ gpus: [[97, 21_004, 24_564, 71, 402.5]], processes: 31, rxBytes: 0, txBytes: 0 },
  ...{ networkKbps: 4_200, uptimeSeconds: 60, jobId: '' },
};
const QUIET: Telemetry = { ...BUSY, gpus: [[0, 400, 24_564, 30, 20]] };

const count = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** What became of one lease of the plan. */
type Life = { readonly plan: LeasePlan; id: string | null; activeAt: number | null };

type Stage = {
  readonly world: SoakWorld;
  readonly lives: ReadonlyMap<string, Life>;
  readonly refused: Record<string, number>;
  readonly upsets: Record<string, number>;
};

/** A client that gets no answer comes again. */
async function insist(
  { world }: Stage,
  ask: () => ReturnType<SoakWorld['call']>,
  left = 12,
): Promise<Awaited<ReturnType<SoakWorld['call']>>> {
  const reply = await ask();
  const passing = reply === null || reply.status === 503 || reply.status >= 500;
  if (!passing || left === 0) return reply;
  await new Promise<void>((resolve) => {
    world.at(world.clock.now() + 45 * SECOND, resolve);
  });
  return insist({ world } as Stage, ask, left - 1);
}

async function live(stage: Stage, life: Life): Promise<void> {
  const { world, refused } = stage;
  const { plan } = life;
  const userArn = arn(plan.consumer);
  const headers = { 'idempotency-key': `key-of-${plan.name}` };
  const reply = await insist(stage, () =>
    world.call('requestLease', { userArn, headers, body: plan.body }),
  );
  if (reply?.status !== 202) return count(refused, String(reply?.status ?? 'no answer'));
  const id = (reply.body as { id: string }).id;
  life.id = id;
  const { releaseAfter } = plan;
  if (releaseAfter === null) return;
  world.at(world.clock.now() + releaseAfter, () => {
    void insist(stage, () => world.call('releaseLease', { userArn, params: { id } }));
  });
}

/** What a consumer does once its lease serves: it sees that by looking, each minute. */
function follow(stage: Stage, life: Life): void {
  const { world } = stage;
  const { plan } = life;
  const lease = world.watch.leases.get(life.id ?? '');
  if (lease?.state === 'ended') return;
  const { consumer, appHeartbeatsFor, extensions } = plan;
  const [userArn, params] = [arn(consumer), { id: life.id ?? '' }];
  const now = world.clock.now();
  if (lease?.state === 'active' && life.activeAt === null) {
    life.activeAt = now;
    extensions.forEach(({ after, hours }, index) => {
      const headers = { 'idempotency-key': `extend-${plan.name}-${index}` };
      const ask = () => world.call('extendLease', { userArn, params, headers, body: { hours } });
      world.at(now + after, () => void insist(stage, ask));
    });
  }
  if (life.activeAt !== null && now - life.activeAt <= (appHeartbeatsFor ?? -1)) {
    void world.call('recordHeartbeat', { userArn, params });
  }
  world.at(now + MINUTE, () => follow(stage, life));
}

function strike({ world }: Stage, what: Extract<Upset, { kind: 'strike' }>['what']): void {
  const ours = world.watch.alive().filter(({ role }) => role.kind === 'leased');
  const struck = ours[world.random.below(ours.length)]?.is.id;
  if (struck === undefined) return;
  if (what === 'vanish') world.market.vanish(struck);
  else if (what === 'interrupt') world.market.interrupt(struck);
  else world.market.raisePrice(struck, 1.5);
  world.watch.look();
}

const LABELS = {
  plain: () => 'somebody-elses-training',
  other: (tag: string) => tag.replace('gs-demo-', 'gs-other-'),
  forged: (tag: string) => tag.replace(/.{4}$/, 'beef'),
} as const;

function freeze(stage: Stage, { consumer, forMs }: Extract<Upset, { kind: 'freeze' }>): void {
  const { world } = stage;
  const why = 'the soak says so';
  const body =
    consumer === null
      ? { scope: 'all', why }
      : { scope: 'consumer', consumer: `123456789012/trainer-${consumer}`, why };
  const ask = (route: 'placeFreeze' | 'thaw') => () =>
    world.call(route, { userArn: OPERATOR, body });
  void insist(stage, ask('placeFreeze'));
  world.at(world.clock.now() + forMs, () => void insist(stage, ask('thaw')));
}

/** Tags of ours that no lease ever had, and others' tags, by turns of the plan. */
function plant(stage: Stage, upset: Upset, turn: number): void {
  const { market, watch, clock } = stage.world;
  const leaseId = brandId(LeaseId, `nobody${String(turn).padStart(14, '0')}`);
  const tag = aTag({ leaseId });
  if (upset.kind === 'unrecorded') {
    watch.know(market.addForeignInstance(tag), { kind: 'unrecorded', since: clock.now() });
  } else if (upset.kind === 'stranger') {
    watch.know(market.addForeignInstance(LABELS[upset.label](tag)), { kind: 'stranger' });
  }
}

function fault({ world }: Stage, { spec }: Extract<Upset, { kind: 'fault' }>): void {
  const { name, forMs = 0 } = spec;
  world.market.addFault(spec);
  // These hold teardown back; a zombie's own end is known to the market.
  const holds = name === 'bad-key' || name === 'refuse-destroy';
  if (holds) world.watch.trouble(world.clock.now() + forMs);
}

function disturb(stage: Stage, upset: Upset, turn: number): void {
  count(stage.upsets, upset.kind === 'fault' ? upset.spec.name : upset.kind);
  if (upset.kind === 'fault') fault(stage, upset);
  else if (upset.kind === 'strike') strike(stage, upset.what);
  else if (upset.kind === 'kill') stage.world.kill(upset.downMs);
  else if (upset.kind === 'freeze') freeze(stage, upset);
  else plant(stage, upset, turn);
}

/** All is over when every lease has ended and nothing drives any. */
async function finish({ world }: Stage): Promise<void> {
  world.calmDown();
  world.market.clearFaults();
  const over = (): boolean =>
    world.service()?.engine.running().length === 0 &&
    [...world.watch.leases.values()].every(({ state }) => state === 'ended');
  await world.until(() => world.service() !== null, 1);
  await world.until(over, 30);
  const end = world.clock.now() + 10 * MINUTE;
  world.at(end, () => undefined);
  await world.until(() => world.clock.now() >= end, 1);
}

async function playPlan(stage: Stage, plan: Plan, until: number): Promise<void> {
  const { world, lives } = stage;
  for (const life of lives.values()) {
    world.at(START + life.plan.at, () => {
      void live(stage, life).then(() => {
        if (life.id !== null) follow(stage, life);
      });
    });
  }
  plan.upsets.forEach(({ at, upset }, turn) => {
    world.at(START + at, () => disturb(stage, upset, turn));
  });
  await world.until(() => world.clock.now() >= START + until, until / HOUR + 1);
  await finish(stage);
}

export type SoakSize = { readonly leases: number; readonly seed: number; readonly hours: number };

/** One soak. Never rejects for what it finds: that is in the report. */
export async function soak({ leases, seed, hours }: SoakSize): Promise<SoakReport> {
  const plan = drawPlan(createRandom(seed), leases, hours * HOUR);
  const lives = new Map(
    plan.leases.map((each): [string, Life] => [
      each.name,
      { plan: each, id: null, activeAt: null },
    ]),
  );
  const since = (job: string, after: 'deafAfter' | 'idleAfter'): boolean => {
    const life = lives.get(job);
    const from = life?.plan[after] ?? null;
    if (life === undefined || life.activeAt === null || from === null) return false;
    return world.clock.now() >= life.activeAt + from;
  };
  const world: SoakWorld = await createSoakWorld({
    seed,
    deaf: (job) => since(job, 'deafAfter'),
    telemetry: (job) => (since(job, 'idleAfter') ? QUIET : BUSY),
  });
  const stage: Stage = { world, lives, refused: {}, upsets: {} };
  const wrong: string[] = [];
  try {
    await playPlan(stage, plan, hours * HOUR);
  } catch (error) {
    wrong.push(String(error));
  }
  const ids = [...lives.values()].flatMap(({ id }) => (id === null ? [] : [brandId(LeaseId, id)]));
  const audited = await auditAll(world, ids);
  const report = reportOf(stage, { leases, seed, hours });
  await world.close();
  return { ...report, ...audited, wrong: [...wrong, ...world.watch.wrong, ...audited.wrong] };
}

function reportOf(stage: Stage, { leases, seed }: SoakSize) {
  const { world, refused, upsets } = stage;
  const byReason: Record<string, number> = {};
  for (const lease of world.watch.leases.values()) {
    count(byReason, lease.state === 'ended' ? lease.reason : lease.state);
  }
  const ours = world.market.instances().filter(({ foreign }) => !foreign);
  const hoursOf = ({ createdAt, end }: (typeof ours)[number]) =>
    ((end?.at ?? world.clock.now()) - createdAt) / HOUR;
  const { steps, kills, died, late } = world.counts;
  return {
    ...{ seed, leases, byReason, refused, upsets, kills, died, late, steps },
    instanceHours: Math.round(ours.reduce((sum, each) => sum + hoursOf(each), 0) * 10) / 10,
    instances: ours.length,
    worstLateSeconds: Math.round(world.watch.worst.lateMs / SECOND),
    worstCalmLateSeconds: Math.round(world.watch.worst.calmLateMs / SECOND),
    ...compareBills(world),
    simulatedHours: Math.round(((world.clock.now() - START) / HOUR) * 10) / 10,
    calls: world.wire.calls(),
  };
}
