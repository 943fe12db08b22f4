// Runs a plan: consumers request, heartbeat, extend and release leases, operators freeze and thaw,
// the provider has faults, and the service is killed. At the end all records must agree.

import type { FaultName } from '../../local/simulators/kit/faults.ts';
import { brandId, LeaseId } from '../../shared/core/base/ids.ts';
import type { Telemetry } from '../../shared/core/instance/telemetry.ts';
import { createRandom } from '../../test/support/random.ts';
import { aTag } from '../../test/support/worlds/lease.ts';
import { auditAll, compareBills } from './books.ts';
import {
  drawPlan,
  HOUR,
  type Incident,
  type LeasePlan,
  MINUTE,
  type Plan,
  SECOND,
} from './plan.ts';
import { createSoakWorld, type SoakWorld, START } from './world.ts';

export type SoakReport = {
  readonly seed: number;
  readonly leases: number;
  /** The violations; empty when every invariant holds. */
  readonly wrong: readonly string[];
  readonly byReason: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly incidents: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly died: number;
  readonly late: number;
  readonly instanceHours: number;
  readonly instances: number;
  /**
   * The longest time from a lease's end to its instance's end: in all cases, and without faults.
   */
  readonly worstLateSeconds: number;
  readonly worstCalmLateSeconds: number;
  readonly chargedMicroUsd: number;
  readonly billedMicroUsd: number;
  /** Leases that were charged less than the provider's cost: count, sum and maximum. */
  readonly under: { readonly leases: number; readonly microUsd: number; readonly most: number };
  readonly simulatedHours: number;
  readonly steps: number;
  readonly calls: number;
  /** A hash of all events of all leases: the same for the same seed. */
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

/** Whether the lease ends without heartbeats of the application. */
const isByApp = ({ body }: LeasePlan): boolean =>
  ['app', 'both'].includes(String(body['liveness']));

/** The state of one lease of the plan. */
type Life = { readonly plan: LeasePlan; id: string | null; activeAt: number | null };

type Stage = {
  readonly world: SoakWorld;
  readonly lives: ReadonlyMap<string, Life>;
  readonly refused: Record<string, number>;
  readonly incidents: Record<string, number>;
};

/** Retries a call until it gets a final reply, as a client does. */
async function callWithRetries(
  { world }: Stage,
  ask: () => ReturnType<SoakWorld['call']>,
  left = 12,
): Promise<Awaited<ReturnType<SoakWorld['call']>>> {
  const reply = await ask();
  const isTransient = reply === null || reply.status >= 500;
  if (!isTransient || left === 0) return reply;
  await new Promise<void>((resolve) => {
    world.at(world.clock.now() + 45 * SECOND, resolve);
  });
  return callWithRetries({ world } as Stage, ask, left - 1);
}

async function requestAndRelease(stage: Stage, life: Life): Promise<void> {
  const { world, refused } = stage;
  const { plan } = life;
  const userArn = arn(plan.consumer);
  const headers = { 'idempotency-key': `key-of-${plan.name}` };
  const reply = await callWithRetries(stage, () =>
    world.call('requestLease', { userArn, headers, body: plan.body }),
  );
  if (reply?.status !== 202) return count(refused, String(reply?.status ?? 'no reply'));
  const id = (reply.body as { id: string }).id;
  life.id = id;
  const { releaseAfter } = plan;
  if (releaseAfter === null) return;
  world.at(world.clock.now() + releaseAfter, () => {
    void callWithRetries(stage, () => world.call('releaseLease', { userArn, params: { id } }));
  });
}

/** What a consumer does once its lease is active, which it checks every minute. */
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
      world.at(now + after, () => void callWithRetries(stage, ask));
    });
  }
  if (life.activeAt !== null && now - life.activeAt <= (appHeartbeatsFor ?? -1)) {
    void world.call('recordHeartbeat', { userArn, params });
  }
  world.at(now + MINUTE, () => follow(stage, life));
}

function injectLifeFault(
  { world }: Stage,
  what: Extract<Incident, { kind: 'life-fault' }>['what'],
): void {
  const leased = world.watch.alive().filter(({ role }) => role.kind === 'leased');
  const id = leased[world.random.below(leased.length)]?.is.id;
  if (id === undefined) return;
  if (what === 'vanish') world.market.vanish(id);
  else if (what === 'interrupt') world.market.interrupt(id);
  else world.market.raisePrice(id, 1.5);
  world.watch.look();
}

const LABELS = {
  plain: () => 'somebody-elses-training',
  other: (tag: string) => tag.replace('gs-demo-', 'gs-other-'),
  forged: (tag: string) => tag.replace(/.{4}$/, 'beef'),
} as const;

function freeze(stage: Stage, { consumer, forMs }: Extract<Incident, { kind: 'freeze' }>): void {
  const { world } = stage;
  const why = 'the soak tests a freeze';
  const body =
    consumer === null
      ? { scope: 'all', why }
      : { scope: 'consumer', consumer: `123456789012/trainer-${consumer}`, why };
  const ask = (route: 'placeFreeze' | 'thaw') => () =>
    world.call(route, { userArn: OPERATOR, body });
  void callWithRetries(stage, ask('placeFreeze'));
  world.at(world.clock.now() + forMs, () => void callWithRetries(stage, ask('thaw')));
}

/** Adds an instance outside the API: with a valid tag of an unknown lease, or a foreign label. */
function addInstance(stage: Stage, incident: Incident, turn: number): void {
  const { market, watch, clock } = stage.world;
  const leaseId = brandId(LeaseId, `nobody${String(turn).padStart(14, '0')}`);
  const tag = aTag({ leaseId });
  if (incident.kind === 'unrecorded') {
    watch.setRole(market.addForeignInstance(tag), { kind: 'unrecorded', since: clock.now() });
  } else if (incident.kind === 'foreign') {
    watch.setRole(market.addForeignInstance(LABELS[incident.label](tag)), { kind: 'foreign' });
  }
}

/** Faults that delay teardown while they last. */
const DELAYING: ReadonlySet<FaultName> = new Set([
  ...(['bad-key', 'refuse-destroy', 'other-account', 'empty-list'] as const),
  ...(['missing-total', 'rewritten-label', 'cut-label', 'young-404'] as const),
]);

function injectFault({ world }: Stage, { spec }: Extract<Incident, { kind: 'fault' }>): void {
  const { name, forMs = 0 } = spec;
  world.market.addFault(spec);
  // These faults delay teardown. For a zombie, the market knows the end of the instance.
  if (DELAYING.has(name)) world.watch.excuseUntil(world.clock.now() + forMs);
}

function outage({ world }: Stage, { of, forMs }: Extract<Incident, { kind: 'outage' }>): void {
  world.startOutage(of, forMs);
  world.watch.excuseUntil(world.clock.now() + forMs);
}

function cause(stage: Stage, incident: Incident, turn: number): void {
  count(stage.incidents, incident.kind === 'fault' ? incident.spec.name : incident.kind);
  if (incident.kind === 'fault') injectFault(stage, incident);
  else if (incident.kind === 'life-fault') injectLifeFault(stage, incident.what);
  else if (incident.kind === 'kill') stage.world.kill(incident.downMs);
  else if (incident.kind === 'outage') outage(stage, incident);
  else if (incident.kind === 'freeze') freeze(stage, incident);
  else addInstance(stage, incident, turn);
}

/** Stops all faults and waits until every lease has ended and no workflow runs. */
async function finish({ world }: Stage): Promise<void> {
  world.stopFaults();
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
      void requestAndRelease(stage, life).then(() => {
        if (life.id !== null) follow(stage, life);
      });
    });
  }
  plan.incidents.forEach(({ at, incident }, turn) => {
    world.at(START + at, () => cause(stage, incident, turn));
  });
  await world.until(() => world.clock.now() >= START + until, until / HOUR + 1);
  await finish(stage);
}

export type SoakSize = { readonly leases: number; readonly seed: number; readonly hours: number };

/** Runs one soak. Violations are in the report; they do not reject. */
export async function soak({ leases, seed, hours }: SoakSize): Promise<SoakReport> {
  const plan = drawPlan(createRandom(seed), leases, hours * HOUR);
  const lives = new Map(
    plan.leases.map((each): [string, Life] => [
      each.name,
      { plan: each, id: null, activeAt: null },
    ]),
  );
  const since = (job: string, after: 'silentAfter' | 'idleAfter'): boolean => {
    const life = lives.get(job);
    const from = life?.plan[after] ?? null;
    if (life === undefined || life.activeAt === null || from === null) return false;
    return world.clock.now() >= life.activeAt + from;
  };
  const world: SoakWorld = await createSoakWorld({
    seed,
    losesHeartbeat: (job) => since(job, 'silentAfter'),
    telemetry: (job) => (since(job, 'idleAfter') ? QUIET : BUSY),
    mustNotBeSilent: (lease) => {
      const plan = [...lives.values()].find(({ id }) => id === lease)?.plan;
      return plan !== undefined && plan.silentAfter === null && !isByApp(plan);
    },
  });
  const stage: Stage = { world, lives, refused: {}, incidents: {} };
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
  const { world, refused, incidents } = stage;
  const byReason: Record<string, number> = {};
  for (const lease of world.watch.leases.values()) {
    count(byReason, lease.state === 'ended' ? lease.reason : lease.state);
  }
  const ours = world.market.instances().filter(({ foreign }) => !foreign);
  const hoursOf = ({ createdAt, end }: (typeof ours)[number]) =>
    ((end?.at ?? world.clock.now()) - createdAt) / HOUR;
  const { steps, kills, died, late } = world.counts;
  return {
    ...{ seed, leases, byReason, refused, incidents, kills, died, late, steps },
    instanceHours: Math.round(ours.reduce((sum, each) => sum + hoursOf(each), 0) * 10) / 10,
    instances: ours.length,
    worstLateSeconds: Math.round(world.watch.worst.lateMs / SECOND),
    worstCalmLateSeconds: Math.round(world.watch.worst.calmLateMs / SECOND),
    ...compareBills(world),
    simulatedHours: Math.round(((world.clock.now() - START) / HOUR) * 10) / 10,
    calls: world.wire.calls(),
  };
}
