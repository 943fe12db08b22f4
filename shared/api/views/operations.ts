// The replies for freezes, sweeps, the diagnosis and health.

import { policy } from '../../core/base/policy/policy.ts';
import { between, type DurationMs, type EpochMs, isoTime } from '../../core/base/time.ts';
import { type Room, runwayOf } from '../../core/billing/prepaid.ts';
import type { KnownAccounts } from '../../core/instance/known-accounts.ts';
import { isOver } from '../../core/lease/lease.ts';
import type { Diagnosis, Patient } from '../../core/operations/doctor.ts';
import type { Freeze, Standing } from '../../core/operations/freeze.ts';
import type { Health } from '../../core/operations/health.ts';
import type { SweepResult } from '../../core/sweep/record.ts';
import type { FreezeList } from '../../usecases/operations/place-freeze.ts';
import type {
  BalanceReply,
  DoctorReply,
  FreezeReply,
  FreezesReply,
  HealthReply,
  OpenLeaseReply,
  ProviderAccountsReply,
  SweepReply,
} from '../contract/replies/operations.ts';

const shown = (instant: EpochMs | null): string | null =>
  instant === null ? null : isoTime(instant);

const secondsSince = (from: EpochMs, now: EpochMs): number =>
  Math.round(between(from, now) / 1_000);

function stateOf(standing: Standing | null): FreezeReply['state'] {
  if (standing === null) return 'thawed';
  return standing.finishedAt === null ? 'freezing' : 'frozen';
}

export function freezeView({ scope, standing, acts }: Freeze): FreezeReply {
  return {
    scope: scope.kind,
    consumer: scope.kind === 'consumer' ? scope.consumer : null,
    provider: scope.kind === 'provider' ? scope.provider : null,
    state: stateOf(standing),
    since: shown(standing?.since ?? null),
    landedBy: shown(standing?.landedBy ?? null),
    lastLook: standing?.seen == null ? null : { ...standing.seen, at: isoTime(standing.seen.at) },
    absentSince: shown(standing?.absentSince ?? null),
    finishedAt: shown(standing?.finishedAt ?? null),
    acts: acts.map((act) => ({ ...act, at: isoTime(act.at) })),
  };
}

export const accountsView = ({ provider, accounts }: KnownAccounts): ProviderAccountsReply => ({
  provider,
  accounts: accounts.map(({ id, keys, by, why }) => ({ id, keys, by, why })),
});

export const freezesView = ({ freezes, unreadable }: FreezeList): FreezesReply => ({
  freezes: freezes.map(freezeView),
  unreadable: [...unreadable],
});

function openLeaseView({ lease, stuck, nets }: Patient): OpenLeaseReply {
  return {
    id: lease.id,
    consumer: lease.consumer,
    state: lease.state,
    endReason: isOver(lease) ? lease.reason : null,
    deadline: isoTime(lease.deadline),
    dueBy: isoTime(lease.dueBy),
    stuck: [...stuck],
    next: nets.map((act) => ({ ...act, at: shown(act.at) })),
  };
}

/** Hours to a hundredth, rounded down. */
const hoursLeft = (room: Room): number | null => {
  const runway = runwayOf(room);
  return runway === null ? null : Math.floor(runway / 36_000) / 100;
};

function balanceView(
  { provider, room }: Diagnosis['balances'][number],
  now: EpochMs,
): BalanceReply {
  return {
    provider,
    balanceMicroUsd: room?.balanceMicroUsd ?? null,
    burnMicroUsdPerHour: room?.burnMicroUsdPerHour ?? null,
    runwayHours: room === null ? null : hoursLeft(room),
    roomMicroUsd: room?.roomMicroUsd ?? null,
    readAt: shown(room?.readAt ?? null),
    ageSeconds: room === null ? null : secondsSince(room.readAt, now),
  };
}

export function doctorView(diagnosis: Diagnosis): DoctorReply {
  const { at, open, patients, oldestHeartbeat, sweeps, balances, freezes } = diagnosis;
  const states = Map.groupBy(open, ({ state }) => state);
  return {
    at: isoTime(at),
    openLeases: open.length,
    byState: Object.fromEntries([...states].map(([state, leases]) => [state, leases.length])),
    oldestHeartbeat:
      oldestHeartbeat === null
        ? null
        : {
            leaseId: oldestHeartbeat.leaseId,
            at: isoTime(oldestHeartbeat.at),
            ageSeconds: secondsSince(oldestHeartbeat.at, at),
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
    unreadable: [...diagnosis.unreadable],
    stuck: patients.filter(({ stuck }) => stuck.length > 0).length,
    leases: patients.map(openLeaseView),
  };
}

export function sweepView(result: SweepResult): SweepReply {
  const { provider, startedAt, listedAt, listed, open, counts, suspects, pages } = result;
  return {
    provider,
    startedAt: isoTime(startedAt),
    listedAt: listedAt === null ? null : isoTime(listedAt),
    instances: listed,
    openLeases: open,
    findings: counts,
    suspects,
    pages,
  };
}

const secondsOf = (age: DurationMs | null): number | null =>
  age === null ? null : Math.round(age / 1_000);

/**
 * `degraded` when a menu is missing or too old to choose from, or when the last complete sweep is
 * so old that later sweeps must have failed.
 */
export function healthView({ menus, sweeps }: Health): HealthReply {
  const swept = sweeps.every(({ age }) => age === null || age <= policy.sweep.staleAfter);
  return {
    status: swept && menus.every(({ usable }) => usable) ? 'ok' : 'degraded',
    menus: menus.map(({ provider, age, offers, usable }) => ({
      provider,
      offers,
      usable,
      ageSeconds: secondsOf(age),
    })),
    sweeps: sweeps.map(({ provider, age, failure }) => ({
      provider,
      failure,
      ageSeconds: secondsOf(age),
    })),
  };
}
