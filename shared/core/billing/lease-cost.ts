// The cost of one lease: so far, and at its deadline at the current rates, compared with its hold;
// after its end, its charges.

import { type MicroUsd, microUsd, rest, signedMicroUsd } from '../base/money.ts';
import { type EpochMs, epochMs, latest } from '../base/time.ts';
import type { Pulse } from '../instance/pulse.ts';
import { billOf, type Lease, type LeaseIn, reservedOf } from '../lease/lease.ts';
import { type Charge, chargesOf, totalOf, unreportedTransferOf } from '../ledger/charge.ts';
import { joinPieces } from '../ledger/charge-months.ts';
import type { LedgerEntry } from '../ledger/entry.ts';

export type LeaseCost = {
  readonly asOf: EpochMs;
  readonly lease: Lease;
  /** One charge per instance. */
  readonly charges: readonly Charge[];
  readonly chargedMicroUsd: MicroUsd;
  /** True-ups and corrections after settlement. */
  readonly correctedMicroUsd: MicroUsd;
  /** The expected cost at its deadline; null unless it is active. */
  readonly forecastMicroUsd: MicroUsd | null;
  readonly heldMicroUsd: MicroUsd;
  /** The lease ends above this cost; null when only the hold limits it. */
  readonly spendCapMicroUsd: MicroUsd | null;
  /** The unused part of the hold. */
  readonly leftMicroUsd: MicroUsd;
  /** Kept for transfer that its instances do not report. */
  readonly reservedMicroUsd: MicroUsd;
};

/**
 * Computes the cost of a lease, with the bytes in its pulse. `settled` are its charges at
 * settlement, if it is settled.
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
    const sums = { chargedMicroUsd, correctedMicroUsd, reservedMicroUsd: reservedOf(lease) };
    const amounts = { ...sums, forecastMicroUsd: null, ...none };
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
    reservedMicroUsd: unreportedTransferOf(bill, asOf),
  };
}

/** The position of its settlement entries: all have the time at which it ended. */
export const settlementOf = ({ id, endedAt }: LeaseIn<'ended'>) => ({
  span: { from: endedAt, to: epochMs(endedAt + 1) },
  // At one instant, entries are ordered by lease id: a page after this position starts with the
  // entries of this lease.
  after: { at: endedAt, leaseId: id, seq: 0 },
});

/** The charges at settlement: from these entries and from its outbox. */
export function settledCharges(
  { id, outbox }: LeaseIn<'ended'>,
  entries: readonly LedgerEntry[],
): readonly Charge[] {
  const own = entries.filter(({ leaseId }) => leaseId === id);
  const seqs = new Set(own.map(({ seq }) => seq));
  const pending = outbox.entries.filter(({ seq }) => !seqs.has(seq));
  const pieces = [...own, ...pending].flatMap(({ kind, charge }) =>
    kind === 'charge' && charge !== undefined ? [charge] : [],
  );
  return joinPieces(pieces);
}
