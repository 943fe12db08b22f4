// The plan that a seed draws: the requests of each consumer, the behavior of each lease, the faults
// and lies of the provider, the kills of the service, the outages around it, and the foreign
// instances in the account.

import type { FaultSpec } from '../../local/simulators/kit/faults.ts';
import type { Recipient } from '../../test/support/races/turns.ts';
import type { Random } from '../../test/support/random.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** What the consumer does with a lease; times are ms from the request or from the active state. */
export type LeasePlan = {
  readonly name: string;
  readonly consumer: number;
  readonly at: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** From the request; null: the consumer does not release it. */
  readonly releaseAfter: number | null;
  /** From the active state, each by so many hours. */
  readonly extensions: readonly { readonly after: number; readonly hours: number }[];
  /** From the active state, after which the instance's heartbeats are lost; null: never. */
  readonly silentAfter: number | null;
  /** From the active state, after which the instance is idle; null: never. */
  readonly idleAfter: number | null;
  /** How long the application sends heartbeats; null: never. */
  readonly appHeartbeatsFor: number | null;
};

export type Incident =
  | { readonly kind: 'fault'; readonly spec: FaultSpec }
  | { readonly kind: 'life-fault'; readonly what: 'vanish' | 'interrupt' | 'price-rise' }
  | { readonly kind: 'kill'; readonly downMs: number }
  | { readonly kind: 'outage'; readonly of: Recipient; readonly forMs: number }
  | { readonly kind: 'freeze'; readonly consumer: number | null; readonly forMs: number }
  | { readonly kind: 'foreign'; readonly label: 'plain' | 'other' | 'forged' }
  | { readonly kind: 'unrecorded' };

export type Plan = {
  readonly leases: readonly LeasePlan[];
  readonly incidents: readonly { readonly at: number; readonly incident: Incident }[];
};

export const CONSUMERS = 3;

const pick = <Item>(random: Random, items: readonly [Item, ...Item[]]): Item =>
  items[random.below(items.length)] ?? items[0];
const chance = (random: Random, percent: number): boolean => random.below(100) < percent;
const span = (random: Random, min: number, max: number): number =>
  min + random.below(max - min + 1);
/** Draws a number in any case, so that later draws do not depend on the result. */
const maybe = (random: Random, percent: number, value: number): number | null =>
  chance(random, percent) ? value : null;

function bodyOf(random: Random, name: string): Record<string, unknown> {
  const idle = { gpuPercentBelow: 10, windowMinutes: span(random, 5, 15) };
  return {
    gpuNames: [],
    hours: span(random, 10, 80) / 100,
    diskGb: span(random, 8, 100),
    ceilingMicroUsdPerHour: pick(random, [400_000, 1_000_000, 2_000_000, 5_000_000]),
    silenceLimitSeconds: pick(random, [60, 180, 300, 300, 900, 1_800]),
    liveness: pick(random, ['auto', 'auto', 'node', 'app', 'both']),
    ...(chance(random, 25) && { idle: { ...idle, action: pick(random, ['warn', 'end']) } }),
    startScript: `# ${'x'.repeat(random.below(900))}`,
    sshPublicKey: `ssh-ed25519 ${'A'.repeat(68)} ${name}`,
    env: { GPU_SHOPPER_JOB_ID: name },
  };
}

function leaseOf(random: Random, index: number, until: number): LeasePlan {
  const name = `lease-${index}`;
  const body = bodyOf(random, name);
  const byApp = ['app', 'both'].includes(String(body['liveness']));
  const extensions = Array.from({ length: random.below(3) }, () => ({
    after: span(random, MINUTE, HOUR),
    hours: span(random, 9, 60) / 100,
  }));
  return {
    name,
    consumer: random.below(CONSUMERS),
    at: random.below(until),
    body,
    releaseAfter: maybe(
      random,
      45,
      random.below(pick(random, [2 * MINUTE, 20 * MINUTE, 2 * HOUR])),
    ),
    extensions: chance(random, 30) ? extensions : [],
    silentAfter: maybe(random, 12, random.below(HOUR)),
    idleAfter: maybe(random, 50, random.below(HOUR / 2)),
    appHeartbeatsFor: maybe(random, byApp ? 90 : 10, span(random, MINUTE, 2 * HOUR)),
  };
}

function faultOf(random: Random): FaultSpec {
  const times = span(random, 1, 3);
  const forMs = span(random, MINUTE, 15 * MINUTE);
  const effect = pick(random, ['create', 'create', 'destroy'] as const);
  return pick<FaultSpec>(random, [
    { name: 'refuse', times },
    { name: 'rate-limit', times },
    { name: 'rate-limit', operation: 'create', times },
    { name: 'fail-before-effect', times },
    { name: 'drop-after-effect', operation: effect, times: 1 },
    { name: 'error-after-effect', operation: effect, times: 1 },
    { name: 'bad-key', forMs },
    { name: 'partial-page', times },
    // At most the list lag in the provider's card.
    { name: 'stale-list', forMs: 30 * SECOND, times: 5 },
    { name: 'refuse-destroy', forMs },
    { name: 'zombie', forMs, times: 1 },
    { name: 'vanish', forMs, times: 1 },
    { name: 'interrupt', forMs, times: 1 },
    { name: 'price-rise', times: 1 },
    { name: 'never-boots', times: 1 },
  ]);
}

/** Responses with the status 200 that are false, and errors that are not what they say. */
function lieOf(random: Random): FaultSpec {
  const [times, forMs] = [span(random, 1, 3), span(random, MINUTE, 15 * MINUTE)];
  const variant = random.below(2);
  return pick<FaultSpec>(random, [
    { name: 'other-account', variant, forMs },
    { name: 'empty-list', forMs },
    { name: 'missing-total', forMs },
    { name: 'rewritten-label', variant, forMs },
    { name: 'cut-label', variant, forMs },
    { name: 'odd-row', times },
    { name: 'quoted-key', variant, times },
    { name: 'young-404', forMs },
    { name: 'absurd-retry-after', times },
  ]);
}

function outageOf(random: Random): Incident {
  const of = pick<Recipient>(random, ['database', 'database', 'provider', 'workflow', 'scheduler']);
  const short = span(random, SECOND, 8 * MINUTE);
  const forMs = pick(random, [short, short, short, 35 * MINUTE, 4 * HOUR]);
  return { kind: 'outage', of, forMs };
}

function incidentOf(random: Random): Incident {
  const [fault, lie] = [faultOf(random), lieOf(random)];
  const outage = outageOf(random);
  const consumer = chance(random, 75) ? random.below(CONSUMERS) : null;
  const what = pick(random, ['vanish', 'interrupt', 'price-rise'] as const);
  const label = pick(random, ['plain', 'other', 'forged'] as const);
  const [ms, drawn] = [random.below(8 * MINUTE), random.below(100)];
  if (drawn < 44) return { kind: 'fault', spec: fault };
  if (drawn < 58) return { kind: 'fault', spec: lie };
  if (drawn < 68) return { kind: 'life-fault', what };
  if (drawn < 75) return { kind: 'kill', downMs: ms };
  if (drawn < 81) return outage;
  if (drawn < 84) return { kind: 'freeze', consumer, forMs: 2 * ms };
  return drawn < 96 ? { kind: 'foreign', label } : { kind: 'unrecorded' };
}

/** Draws `leases` leases until the instant, and one incident per two leases. */
export function drawPlan(random: Random, leases: number, until: number): Plan {
  return {
    leases: Array.from({ length: leases }, (_, index) => leaseOf(random, index, until)),
    incidents: Array.from({ length: Math.ceil(leases / 2) }, () => ({
      at: random.below(until),
      incident: incidentOf(random),
    })),
  };
}
