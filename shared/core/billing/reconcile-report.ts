// The report of a reconciliation: its stored record and its pages for operators.

import type { LeaseId } from '../base/ids.ts';
import { formatUsd, signedMicroUsd, signedSum, sum } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import type { EpochMs } from '../base/time.ts';
import { isOver, type Lease, type LeaseIn } from '../lease/lease.ts';
import {
  type Comparison,
  differenceInWords,
  mayConcern,
  type ReconcileFinding,
  type Reconciliation,
  type ReportedCharge,
  type UnreadableCharge,
} from './reconcile.ts';

export type Compared = {
  readonly lease: LeaseIn<'ended'>;
  readonly rows: readonly ReportedCharge[];
  /** Whether a row that can't be read may be about the lease. */
  readonly incomplete: boolean;
  readonly comparison: Comparison;
};

/** Everything that a reconciliation has read. */
export type Seen = {
  /** The start of the requested charges. */
  readonly from: EpochMs;
  readonly foreignRows: number;
  readonly unreadable: readonly UnreadableCharge[];
  /** The provider's rows for instances of this deployment, by lease. */
  readonly byLease: ReadonlyMap<LeaseId, readonly ReportedCharge[]>;
  readonly leases: ReadonlyMap<LeaseId, Lease>;
  /** Recently charged leases, and when their first instance started. */
  readonly started: ReadonlyMap<LeaseId, EpochMs>;
  readonly compared: readonly Compared[];
};

function findingOf({ lease, comparison }: Compared): readonly ReconcileFinding[] {
  const { id: leaseId } = lease;
  if (comparison.kind === 'not-shown') {
    const { booked } = comparison;
    const why = `charged ${formatUsd(booked)} for instances that the provider does not report`;
    return [{ kind: 'not-shown', leaseId, amountMicroUsd: booked, why }];
  }
  if (!comparison.alarming) return [];
  const amountMicroUsd = comparison.difference;
  return [{ kind: 'drift', leaseId, amountMicroUsd, why: differenceInWords(comparison) }];
}

/** Rows with a valid tag, but without a lease, or with a lease that ended before the span. */
function unmatched(seen: Seen): readonly ReconcileFinding[] {
  return [...seen.byLease].flatMap(([leaseId, rows]): readonly ReconcileFinding[] => {
    const lease = seen.leases.get(leaseId);
    const amountMicroUsd = signedSum(...rows.map(({ amount }) => amount));
    if (lease === undefined) {
      const why = `the provider charged ${formatUsd(amountMicroUsd)} for an unknown lease`;
      return [{ kind: 'unknown-lease', leaseId, amountMicroUsd, why }];
    }
    const over = isOver(lease) && lease.state === 'ended' && lease.endedAt < seen.from;
    if (!over || seen.started.has(leaseId)) return [];
    const why = `the provider charged ${formatUsd(amountMicroUsd)} after the lease ended`;
    return [{ kind: 'charged-after-end', leaseId, amountMicroUsd, why }];
  });
}

/** One page about the rows that may be ours, and none about others. */
function unreadablePages(seen: Seen, provider: ProviderName): readonly string[] {
  const known = [...seen.leases.values()];
  const ours = seen.unreadable.filter((row) => known.some((lease) => mayConcern(row, lease)));
  if (ours.length === 0) return [];
  const named = ours
    .slice(0, policy.reconcile.findingsPaged)
    .map((row) => `${row.instanceId ?? 'unknown instance'} (${row.unreadable.join(', ')})`);
  const what = `charges of ${provider} that could not be read: ${ours.length}`;
  return [`${what}; they lower no charge: ${named.join('; ')}`];
}

type Reported = {
  readonly provider: ProviderName;
  readonly now: EpochMs;
  readonly failure: string | null;
};

/** The record to store, and the pages for operators. */
export function reportOf(
  seen: Seen | null,
  { provider, now, failure }: Reported,
): { readonly record: Reconciliation; readonly pages: readonly string[] } {
  const compared = (seen?.compared ?? []).flatMap(({ comparison }) =>
    comparison.kind === 'compared' ? [comparison] : [],
  );
  const differing = compared.filter(({ explained }) => !explained);
  const findings = seen === null ? [] : [...seen.compared.flatMap(findingOf), ...unmatched(seen)];
  const record: Reconciliation = {
    ...{ provider, startedAt: now, from: seen?.from ?? null, failure },
    leases: compared.length,
    truedUp: differing.length,
    bookedMicroUsd: sum(...compared.map(({ booked }) => booked)),
    providerMicroUsd: sum(...compared.map(({ reported }) => reported)),
    truedUpMicroUsd: signedMicroUsd(
      differing.reduce<number>((all, { difference }) => all + difference, 0),
    ),
    foreignRows: seen?.foreignRows ?? 0,
    unreadableRows: seen?.unreadable.length ?? 0,
    findings: findings.slice(0, policy.reconcile.findingsKept),
    findingsInAll: findings.length,
  };
  const pages = [
    ...(failure === null ? [] : [`the charges of ${provider} are not reconciled: ${failure}`]),
    ...(seen === null ? [] : unreadablePages(seen, provider)),
    ...findings
      .slice(0, policy.reconcile.findingsPaged)
      .map(({ kind, leaseId, why }) => `${kind} of lease ${leaseId} at ${provider}: ${why}`),
  ];
  return { record, pages };
}
