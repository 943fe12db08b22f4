// The replies for costs, ledger verdicts and reconciliations.

import { sum } from '../../core/base/money.ts';
import { isoTime } from '../../core/base/time.ts';
import type { CostGroup, GroupBy } from '../../core/billing/costs.ts';
import type { Span } from '../../core/billing/days.ts';
import type { LeaseCost } from '../../core/billing/lease-cost.ts';
import type { Reconciliation } from '../../core/billing/reconcile.ts';
import type { VerifyResult } from '../../core/billing/verify-result.ts';
import type { CostReport } from '../../usecases/billing/read-costs.ts';
import type { ReconciliationList } from '../../usecases/billing/reconcile-charges.ts';
import type {
  CostGroupReply,
  CostsReply,
  LeaseCostReply,
  ReconciliationReply,
  ReconciliationsReply,
  VerifyReply,
} from '../contract/replies/billing.ts';
import type { Cursors } from '../cursor.ts';
import { chargeView } from './ledger.ts';

function groupView(group: CostGroup): CostGroupReply {
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
  { groups, total, asOf, next, unreadable }: CostReport,
  { groupBy, span }: { readonly groupBy: GroupBy; readonly span: Span },
  cursors: Cursors,
): CostsReply {
  return {
    groupBy,
    from: isoTime(span.from),
    to: isoTime(span.to),
    asOf: isoTime(asOf),
    groups: groups.map(({ key, ...group }) => ({ key, ...groupView(group) })),
    total: groupView(total),
    unreadable: [...unreadable],
    nextCursor: cursors.write(next),
  };
}

export function leaseCostView({ lease, asOf, charges, ...amounts }: LeaseCost): LeaseCostReply {
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
    instances: charges.map(chargeView),
  };
}

export const verifyView = (result: VerifyResult): VerifyReply => result;

/** The result of one reconciliation. It is not complete when `failure` is set. */
export function reconciliationView(record: Reconciliation): ReconciliationReply {
  const { startedAt, from, ...rest } = record;
  return {
    ...rest,
    startedAt: isoTime(startedAt),
    from: from === null ? null : isoTime(from),
  };
}

export const reconciliationsView = ({
  reconciliations,
  unreadable,
}: ReconciliationList): ReconciliationsReply => ({
  reconciliations: reconciliations.map(reconciliationView),
  unreadable: [...unreadable],
});
