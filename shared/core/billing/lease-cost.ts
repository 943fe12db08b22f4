// What one lease costs: so far, and by its deadline at the present rates, against what is held for
// it; once it is over, what it was charged.

import { type MicroUsd, microUsd, rest, signedMicroUsd } from '../base/money.ts';
import { type EpochMs, latest } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { billOf, type Lease } from '../lease/lease.ts';
import { type Charge, chargesOf, totalOf } from '../ledger/charge.ts';

export type LeaseCost = {
  readonly asOf: EpochMs;
  readonly lease: Lease;
  /** One for each machine there was. */
  readonly charges: readonly Charge[];
  readonly chargedMicroUsd: MicroUsd;
  /** True-ups and corrections since it was settled. */
  readonly correctedMicroUsd: MicroUsd;
  /** What it will have cost at its deadline; null until it serves, and once it is over. */
  readonly forecastMicroUsd: MicroUsd | null;
  readonly heldMicroUsd: MicroUsd;
  /** Beyond which it ends; null: only its hold limits it. */
  readonly spendCapMicroUsd: MicroUsd | null;
  /** What of the hold is not used up yet. */
  readonly leftMicroUsd: MicroUsd;
};

/**
 * Reckons the cost of a lease, with the bytes that its pulse has counted so far; `settled` are the
 * charges it was settled with, if it was.
 */
export function costOf(
  lease: Lease,
  { settled, pulse }: { readonly settled: readonly Charge[]; readonly pulse: Pulse | null },
  asOf: EpochMs,
): LeaseCost {
  const { spendCapMicroUsd } = lease.terms;
  if (lease.state === 'ended') {
    const { chargedMicroUsd, correctedMicroUsd } = lease;
    const none = { heldMicroUsd: microUsd(0), leftMicroUsd: microUsd(0), spendCapMicroUsd };
    const amounts = { chargedMicroUsd, correctedMicroUsd, forecastMicroUsd: null, ...none };
    return { asOf, lease, charges: settled, ...amounts };
  }
  const bill = billOf(lease, pulse);
  const charges = chargesOf(bill, asOf);
  const charged = totalOf(charges);
  const { amountMicroUsd: held } = lease.hold;
  const byEnd = lease.state === 'active' ? latest(asOf, lease.deadline) : null;
  return {
    ...{ asOf, lease, charges, chargedMicroUsd: charged, correctedMicroUsd: signedMicroUsd(0) },
    forecastMicroUsd: byEnd === null ? null : totalOf(chargesOf(bill, byEnd)),
    heldMicroUsd: held,
    spendCapMicroUsd,
    leftMicroUsd: rest(held, charged),
  };
}
