// What operators, and those who extend a lease, get to see.

import { Failure } from '../../core/base/failure.ts';
import { between, type EpochMs, isoTime } from '../../core/base/time.ts';
import { type Room, runwayOf } from '../../core/billing/prepaid.ts';
import type { ExtensionRefusal } from '../../core/lease/extension.ts';
import { isOver } from '../../core/lease/lease.ts';
import type { Freeze, Standing } from '../../core/operations/freeze.ts';
import type { ExtendOutcome } from '../../usecases/lease/extend-lease.ts';
import type { Diagnosis, Patient } from '../../usecases/operations/read-doctor.ts';
import { leaseView } from './lease.ts';
import { refuse } from './refusal.ts';

const shown = (instant: EpochMs | null): string | null =>
  instant === null ? null : isoTime(instant);

const secondsSince = (from: EpochMs, now: EpochMs): number =>
  Math.round(between(from, now) / 1_000);

function refused(refusal: ExtensionRefusal): never {
  if (!('latest' in refusal)) return refuse(refusal);
  const { limit } = refusal;
  const whose =
    limit === 'lease-duration'
      ? 'without an operator’s approval it can last'
      : 'its host lends the machine';
  const message = `${whose} until ${isoTime(refusal.latest)} at the latest`;
  throw new Failure('OverBudget', message, { limit });
}

/** The lease with its new end, or a problem that names the limit and its room. */
export function extendedView(outcome: ExtendOutcome) {
  switch (outcome.kind) {
    case 'extended':
      return leaseView(outcome.lease);
    case 'refused':
      return refused(outcome.refusal);
    case 'not-active':
      throw new Failure('NotActive', `the lease can't be extended: ${outcome.why}`);
    case 'key-reused': {
      const message = 'this Idempotency-Key was used for another extension';
      throw new Failure('KeyReused', message, { field: 'Idempotency-Key' });
    }
  }
}

function stateOf(standing: Standing | null): 'thawed' | 'freezing' | 'frozen' {
  if (standing === null) return 'thawed';
  return standing.finishedAt === null ? 'freezing' : 'frozen';
}

/** One scope: whether it is frozen, how far that has come, and who did what. */
export function freezeView({ scope, standing, acts }: Freeze) {
  return {
    scope: scope.kind,
    consumer: scope.kind === 'consumer' ? scope.consumer : null,
    provider: scope.kind === 'provider' ? scope.provider : null,
    state: stateOf(standing),
    since: shown(standing?.since ?? null),
    /** Nothing that was under way can appear after this. */
    landedBy: shown(standing?.landedBy ?? null),
    lastLook: standing?.seen == null ? null : { ...standing.seen, at: isoTime(standing.seen.at) },
    absentSince: shown(standing?.absentSince ?? null),
    finishedAt: shown(standing?.finishedAt ?? null),
    acts: acts.map((act) => ({ ...act, at: isoTime(act.at) })),
  };
}

export const freezesView = (freezes: readonly Freeze[]) => ({ freezes: freezes.map(freezeView) });

function patientView({ lease, stuck, nets }: Patient) {
  return {
    id: lease.id,
    consumer: lease.consumer,
    state: lease.state,
    endReason: isOver(lease) ? lease.reason : null,
    deadline: isoTime(lease.deadline),
    dueBy: isoTime(lease.dueBy),
    stuck,
    next: nets.map((act) => ({ ...act, at: shown(act.at) })),
  };
}

/** Hours to a hundredth, rounded down. */
const hoursLeft = (room: Room): number | null => {
  const runway = runwayOf(room);
  return runway === null ? null : Math.floor(runway / 36_000) / 100;
};

/** Prepaid funds; every value null until the balance was read, or where it isn't told. */
function balanceView({ provider, room }: Diagnosis['balances'][number], now: EpochMs) {
  return {
    provider,
    balanceMicroUsd: room?.balanceMicroUsd ?? null,
    burnMicroUsdPerHour: room?.burnMicroUsdPerHour ?? null,
    runwayHours: room === null ? null : hoursLeft(room),
    /** What it can carry beside the leases that are open; below zero when it can't carry those. */
    roomMicroUsd: room?.roomMicroUsd ?? null,
    readAt: shown(room?.readAt ?? null),
    ageSeconds: room === null ? null : secondsSince(room.readAt, now),
  };
}

/** How things stand, the most urgent leases first. */
export function doctorView(diagnosis: Diagnosis) {
  const { at, open, patients, oldestBeat, sweeps, balances, freezes } = diagnosis;
  const states = Map.groupBy(open, ({ state }) => state);
  return {
    at: isoTime(at),
    openLeases: open.length,
    byState: Object.fromEntries([...states].map(([state, leases]) => [state, leases.length])),
    oldestHeartbeat:
      oldestBeat === null
        ? null
        : {
            leaseId: oldestBeat.leaseId,
            at: isoTime(oldestBeat.at),
            ageSeconds: secondsSince(oldestBeat.at, at),
          },
    sweeps: sweeps.map(({ provider, last }) => ({
      provider,
      lastCompleteAt: shown(last?.listedAt ?? null),
      ageSeconds: last?.listedAt == null ? null : secondsSince(last.listedAt, at),
      failure: last?.failure ?? null,
      pages: last?.pages ?? [],
    })),
    balances: balances.map((balance) => balanceView(balance, at)),
    freezes: freezes.filter(({ standing }) => standing !== null).map(freezeView),
    stuck: patients.filter(({ stuck }) => stuck.length > 0).length,
    leases: patients.map(patientView),
  };
}
