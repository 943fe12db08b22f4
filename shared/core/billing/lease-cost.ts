// What one lease costs: so far, and by its deadline at the present rates, against what is held for
// it; once it is over, what it was charged.

import { type MicroUsd, microUsd, rest, signedMicroUsd } from '../base/money.ts';
import { type EpochMs, epochMs, latest } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { billOf, type Lease, type LeaseIn } from '../lease/lease.ts';
import { type Charge, chargesOf, totalOf } from '../ledger/charge.ts';
import type { LedgerEntry } from '../ledger/entry.ts';

export type LeaseCost = {
  readonly asOf: EpochMs;
  readonly lease: Lease;
  /** One for each instance there was. */
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
 * Computes the cost of a lease, with the bytes that its pulse has counted so far; `settled` are the
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

/** Where the entries of its settlement stand: all of them are of the instant at which it ended. */
export const settlementOf = ({ id, endedAt }: LeaseIn<'ended'>) => ({
  span: { from: endedAt, to: epochMs(endedAt + 1) },
  // Leases of one instant are in order of their ids: a page after this begins with this lease's.
  after: { at: endedAt, leaseId: id, seq: 0 },
});

/** The charges it was settled with: those among these entries, and those in its outbox. */
export function settledCharges(
  { id, outbox }: LeaseIn<'ended'>,
  entries: readonly LedgerEntry[],
): readonly Charge[] {
  const own = entries.filter(({ leaseId }) => leaseId === id);
  const seqs = new Set(own.map(({ seq }) => seq));
  const pending = outbox.entries.filter(({ seq }) => !seqs.has(seq));
  return [...own, ...pending].flatMap(({ kind, charge }) =>
    kind === 'charge' && charge !== undefined ? [charge] : [],
  );
}
