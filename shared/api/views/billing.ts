// How costs, ledger entries and verdicts on the books look from outside.

import { sum } from '../../core/base/money.ts';
import { isoTime } from '../../core/base/time.ts';
import type { CostGroup, GroupBy } from '../../core/billing/costs.ts';
import type { Span } from '../../core/billing/days.ts';
import type { LeaseCost } from '../../core/billing/lease-cost.ts';
import type { Charge } from '../../core/ledger/charge.ts';
import type { LedgerEntry } from '../../core/ledger/entry.ts';
import type { CostReport } from '../../usecases/billing/read-costs.ts';
import type { VerifyPage } from '../../usecases/billing/verify-ledger.ts';
import type { EntryPage } from '../../usecases/ledger/walk-ledger.ts';
import { writeCursor } from '../cursor.ts';

function groupView(group: CostGroup) {
  return {
    chargedMicroUsd: group.chargedMicroUsd,
    correctedMicroUsd: group.correctedMicroUsd,
    ofWhich: {
      gpuMicroUsd: group.gpuMicroUsd,
      diskMicroUsd: group.diskMicroUsd,
      transferMicroUsd: group.transferMicroUsd,
    },
    waste: {
      failedMicroUsd: group.failedMicroUsd,
      teardownMicroUsd: group.teardownMicroUsd,
      idleMicroUsd: group.idleMicroUsd,
    },
    leases: group.leases,
    runningMicroUsd: group.runningMicroUsd,
  };
}

export function costsView(
  { groups, total, asOf, next }: CostReport,
  { groupBy, span }: { readonly groupBy: GroupBy; readonly span: Span },
) {
  return {
    groupBy,
    from: isoTime(span.from),
    to: isoTime(span.to),
    asOf: isoTime(asOf),
    groups: groups.map(({ key, ...group }) => ({ key, ...groupView(group) })),
    total: groupView(total),
    nextCursor: writeCursor(next === null ? null : { consumer: next.consumer, ...next.after }),
  };
}

const chargeView = (charge: Charge) => ({
  ...charge,
  from: isoTime(charge.from),
  until: isoTime(charge.until),
});

export function leaseCostView({ lease, asOf, charges, ...amounts }: LeaseCost) {
  return {
    leaseId: lease.id,
    state: lease.state,
    asOf: isoTime(asOf),
    ...amounts,
    ofWhich: {
      gpuMicroUsd: sum(...charges.map((charge) => charge.gpuMicroUsd)),
      diskMicroUsd: sum(...charges.map((charge) => charge.diskMicroUsd)),
      transferMicroUsd: sum(...charges.map((charge) => charge.transferMicroUsd)),
    },
    waste: {
      failedMicroUsd: sum(...charges.map((charge) => charge.failedMicroUsd)),
      teardownMicroUsd: sum(...charges.map((charge) => charge.teardownMicroUsd)),
      idleMicroUsd: sum(...charges.map((charge) => charge.idleMicroUsd)),
    },
    machines: charges.map(chargeView),
  };
}

const entryView = ({ at, charge, ...entry }: LedgerEntry) => ({
  ...entry,
  at: isoTime(at),
  charge: charge === undefined ? null : chargeView(charge),
});

export function ledgerView({ entries, next }: EntryPage) {
  const place = next === null ? null : { at: next.at, leaseId: next.leaseId, seq: next.seq };
  return { entries: entries.map(entryView), nextCursor: writeCursor(place) };
}

export function verifyView({ verdicts, next }: VerifyPage) {
  const count = (of: (verdict: VerifyPage['verdicts'][number]) => number): number =>
    verdicts.reduce((all, verdict) => all + of(verdict), 0);
  return {
    accounts: verdicts.length,
    leases: count(({ leases }) => leases),
    entries: count(({ entries }) => entries),
    closedDays: count(({ closedDays }) => closedDays),
    /** What moved while it was looked at and could not be judged: the next run will. */
    doubtful: count(({ doubtful }) => doubtful),
    /** The first difference of each account. */
    differences: verdicts.flatMap(({ difference }) => (difference === null ? [] : [difference])),
    nextCursor: writeCursor(next === null ? null : { consumer: next }),
  };
}
