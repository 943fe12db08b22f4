// A freeze: an operator stops admissions and launches in a scope and ends its leases. It is
// finished when complete listings prove that no instance of the scope is left, and it stays in
// force until it is thawed.

import * as z from 'zod/mini';
import { ConsumerId, type LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { ProviderName } from '../base/providers.ts';
import { after, type DurationMs, EpochMs, total } from '../base/time.ts';
import { proveAbsence } from '../instance/absence.ts';
import { isClosed } from '../instance/attempt.ts';
import type { Sighting } from '../instance/sighting.ts';
import type { End } from '../lease/end.ts';
import type { Frozen } from '../lease/frozen.ts';
import { isOver, type Lease } from '../lease/lease.ts';

export const FreezeScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('consumer'), consumer: ConsumerId }),
  z.object({ kind: z.literal('provider'), provider: ProviderName }),
]);
export type FreezeScope = z.infer<typeof FreezeScope>;

/** An action of an operator. */
const Act = z.object({
  kind: z.enum(['freeze', 'thaw']),
  at: EpochMs,
  by: ConsumerId,
  why: z.string(),
});
type Act = z.infer<typeof Act>;

/** A freeze in force, and its progress. */
const Standing = z.object({
  since: EpochMs,
  /**
   * After this time, no attempt that was in progress when the freeze was placed can still create an
   * instance.
   */
  landedBy: EpochMs,
  /** When the first complete listing without an instance of the scope started. */
  absentSince: z.nullable(EpochMs),
  /** Counts of the last round: leases not ended, instances listed. Null before the first. */
  seen: z.nullable(z.object({ at: EpochMs, leases: z.int(), instances: z.int() })),
  finishedAt: z.nullable(EpochMs),
});
export type Standing = z.infer<typeof Standing>;

/** The record of a scope, kept after a thaw. */
export const Freeze = z.object({
  scope: FreezeScope,
  /** Every commit increments it; a commit must name the version it read. */
  version: z.int(),
  /** Null while the scope is thawed. */
  standing: z.nullable(Standing),
  /** The newest freezes and thaws, oldest first. */
  acts: z.array(Act),
});
export type Freeze = z.infer<typeof Freeze>;

/** What to check against a scope: an admission has no provider yet, an offer list no consumer. */
export type Concern = {
  readonly consumer?: ConsumerId;
  readonly provider?: ProviderName;
};

function concerns(scope: FreezeScope, { consumer, provider }: Concern): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'consumer':
      return scope.consumer === consumer;
    case 'provider':
      return scope.provider === provider;
  }
}

/** Whether a freeze in force covers `concern`. */
export const isFrozen = (freezes: readonly Freeze[], concern: Concern): boolean =>
  freezes.some(({ scope, standing }) => standing !== null && concerns(scope, concern));

/** What the freezes mean for a lease of `consumer`. */
export const frozenFor = (freezes: readonly Freeze[], consumer: ConsumerId): Frozen => ({
  lease: isFrozen(freezes, { consumer }),
  providers: ProviderName.options.filter((provider) => isFrozen(freezes, { provider })),
});

/** Whether the lease has, or may have, an instance in the scope. */
export function covers(scope: FreezeScope, lease: Lease): boolean {
  if (scope.kind !== 'provider') return concerns(scope, { consumer: lease.consumer });
  return lease.attempts.some(
    (attempt) => !isClosed(attempt) && attempt.offer.provider === scope.provider,
  );
}

const remembered = (acts: readonly Act[], act: Act): Act[] =>
  [...acts, act].slice(-policy.freeze.actsKept);

export type Placing = { readonly scope: FreezeScope; readonly landedBy: EpochMs } & Pick<
  Act,
  'by' | 'why'
>;

/** Freezes a scope; null when the same operator already froze it for the same reason. */
export function placeFreeze(
  before: Freeze | null,
  { scope, landedBy, by, why }: Placing,
  now: EpochMs,
): Freeze | null {
  const standing = before?.standing ?? null;
  const last = before?.acts.at(-1);
  if (standing !== null && last?.by === by && last.why === why) return null;
  const fresh = { since: now, landedBy, absentSince: null, seen: null, finishedAt: null };
  return {
    scope,
    version: (before?.version ?? 0) + 1,
    standing: standing ?? fresh,
    acts: remembered(before?.acts ?? [], { kind: 'freeze', at: now, by, why }),
  };
}

/** Thaws a scope; null when it is not frozen. Ended leases stay ended. */
export function thaw(before: Freeze, by: Pick<Act, 'by' | 'why'>, now: EpochMs): Freeze | null {
  if (before.standing === null) return null;
  const acts = remembered(before.acts, { kind: 'thaw', at: now, ...by });
  return { ...before, version: before.version + 1, standing: null, acts };
}

/** Thaws a scope whose record can't be read, and which may be frozen. */
export function thawUnreadable(
  scope: FreezeScope,
  by: Pick<Act, 'by' | 'why'>,
  now: EpochMs,
): Freeze {
  return { scope, version: 1, standing: null, acts: [{ kind: 'thaw', at: now, ...by }] };
}

/**
 * When no launch in progress can still create an instance: a launch that read "not frozen" just
 * before the freeze has the timeout of its function to write its intent.
 */
export const landedBy = (placedAt: EpochMs, createWindow: DurationMs): EpochMs =>
  after(placedAt, total(policy.stepBudget.launch, createWindow));

/** The open leases that the freeze covers. */
export function coveredLeases(
  { scope }: Pick<Freeze, 'scope'>,
  open: readonly Lease[],
): { readonly open: readonly Lease[]; readonly toEnd: readonly Lease[] } {
  const covered = open.filter((lease) => lease.state !== 'ended' && covers(scope, lease));
  return { open: covered, toEnd: covered.filter((lease) => !isOver(lease)) };
}

/** Why the leases of a frozen scope end. */
export const freezeEnd = ({ acts }: Pick<Freeze, 'acts'>): End => ({
  reason: 'operator',
  why: `frozen by ${acts.at(-1)?.by ?? 'an operator'}`,
});

/** Freezes in force that are not finished, with their progress. */
export const unfinishedFreezes = (
  freezes: readonly Freeze[],
): readonly { readonly freeze: Freeze; readonly standing: Standing }[] =>
  freezes.flatMap((freeze) => {
    const { standing } = freeze;
    return standing === null || standing.finishedAt !== null ? [] : [{ freeze, standing }];
  });

/** The providers at which the scope may have instances. */
export const providersOf = (
  scope: FreezeScope,
  names: readonly ProviderName[],
): readonly ProviderName[] => (scope.kind === 'provider' ? [scope.provider] : names);

/**
 * How many listed instances of this deployment belong to the scope. An instance without a known
 * lease counts for every consumer.
 */
export function countInScope(
  scope: FreezeScope,
  ours: readonly Sighting[],
  leases: ReadonlyMap<LeaseId, Lease>,
): number {
  if (scope.kind !== 'consumer') return ours.length;
  const consumers = ours.map(({ owner }) => leases.get(owner.leaseId)?.consumer ?? scope.consumer);
  return consumers.filter((consumer) => consumer === scope.consumer).length;
}

/** The result of one round; its complete listing started at `listedAt`. */
export type Round = {
  readonly listedAt: EpochMs;
  readonly listLag: DurationMs;
  readonly leases: number;
  readonly instances: number;
};

/**
 * The freeze after a round. It is finished when two complete listings, far enough apart and started
 * after `landedBy`, show no instance of the scope, and all its leases are ended.
 */
export function advanceFreeze(before: Freeze, standing: Standing, round: Round): Freeze {
  const { listedAt, listLag, leases, instances } = round;
  const empty = leases === 0 && instances === 0;
  const { landedBy: notBefore, absentSince } = standing;
  const verdict = proveAbsence({ notBefore, absentSince, listLag }, listedAt);
  const next: Standing = {
    ...standing,
    seen: { at: listedAt, leases, instances },
    absentSince: empty && verdict.kind === 'pending' ? verdict.absentSince : null,
    finishedAt: empty && verdict.kind === 'proved' ? listedAt : null,
  };
  return { ...before, version: before.version + 1, standing: next };
}

/**
 * Applies the round to the current record; null when its freeze is no longer in force, or the
 * record can't be read.
 */
export function advanceIfStanding(
  current: Freeze | 'unreadable' | null,
  { since }: Standing,
  round: Round,
): Freeze | null {
  if (current === null || current === 'unreadable') return null;
  if (current.standing?.since !== since) return null;
  return advanceFreeze(current, current.standing, round);
}
