// Compares what leases were charged with what the simulated market took for their instances, by its
// own books. The demo prints the result: a true-up that is due, or a cost that nobody will pay.

import { books } from '../../shared/app/lease.ts';
import { once, type Runtime } from '../../shared/app/runtime.ts';
import type { LeaseId } from '../../shared/core/base/ids.ts';
import { type MicroUsd, signedMicroUsd } from '../../shared/core/base/money.ts';
import type { Books } from '../simulators/kit/controls.ts';

/**
 * What reconciliation will enter for a lease when the provider's charges are final; negative for a
 * refund.
 */
type Due = { readonly leaseId: LeaseId; readonly amount: MicroUsd };

type MarketAudit = {
  readonly due: readonly Due[];
  /** One line for each instance of this deployment that no lease pays for. */
  readonly violations: readonly string[];
};

/** Micro-dollars: rounding explains a smaller difference between charge and bill. */
const EXPLAINED = 2_004;

/** The instances of each lease are those with its id in the tag. */
export async function auditMarket(
  runtime: Runtime,
  leaseIds: readonly LeaseId[],
  costs: Books['instances'],
): Promise<MarketAudit> {
  const { leases } = once(runtime, books);
  const ours = `gs-${runtime.config.deployment}-`;
  const left = new Set(costs.filter(({ label }) => label?.startsWith(ours) === true));
  const due: Due[] = [];
  for (const leaseId of leaseIds) {
    const own = [...left].filter(({ label }) => label?.startsWith(`${ours}${leaseId}`) === true);
    for (const each of own) left.delete(each);
    const lease = await leases.get(leaseId);
    const charged = lease?.state === 'ended' ? lease.chargedMicroUsd + lease.correctedMicroUsd : 0;
    const taken = own.reduce((all, { totalMicroUsd }) => all + totalMicroUsd, 0);
    const amount = signedMicroUsd(taken - charged);
    if (Math.abs(amount) > EXPLAINED) due.push({ leaseId, amount });
  }
  const violations = [...left].map(
    ({ id, label, totalMicroUsd }) =>
      `the market took ${totalMicroUsd} micro-USD for instance ${id} (${label}), of no lease`,
  );
  return { due, violations };
}
