// What a lease is charged when all its instances are proved absent, and what becomes of its hold:
// the charge, a reserve for transfer that was not reported, and the rest, which is released.

import { formatUsd, lesser, type MicroUsd, microUsd, rest } from '../base/money.ts';
import { rowOf } from '../base/providers.ts';
import type { EpochMs } from '../base/time.ts';
import { amountOfCharge, chargesOf, totalOf, unreportedTransferOf } from '../ledger/charge.ts';
import { type LedgerEntry, settle } from '../ledger/entry.ts';
import { billOf, type LeaseIn } from './lease.ts';

/** An entry of the settlement, without its place in the ledger. */
export type SettledItem = {
  readonly item: Pick<LedgerEntry, 'kind' | 'charge'>;
  readonly amount: MicroUsd;
};

export type LeaseSettlement = {
  readonly charged: MicroUsd;
  readonly reserved: MicroUsd;
  readonly overrun: MicroUsd;
  readonly entries: readonly SettledItem[];
  readonly reason: string;
};

/** What unreported transfer can still cost. A provider without charges would never show it. */
function unreported(lease: LeaseIn<'ending'>, now: EpochMs): MicroUsd {
  const shown = lease.attempts.some(({ offer }) => rowOf(offer.provider).charges);
  return shown ? unreportedTransferOf(billOf(lease), now) : microUsd(0);
}

/** The settlement at `now`: charged + reserved + released = hold + overrun, always. */
export function settlementOf(lease: LeaseIn<'ending'>, now: EpochMs): LeaseSettlement {
  const charges = chargesOf(billOf(lease), now);
  const charged = totalOf(charges);
  const { released: left, overrun } = settle(lease.hold.amountMicroUsd, charged);
  const reserved = lesser(left, unreported(lease, now));
  const released = rest(left, reserved);
  const entry = (kind: LedgerEntry['kind'], amount: MicroUsd): readonly SettledItem[] =>
    amount === 0 ? [] : [{ item: { kind }, amount }];
  const text = `charged ${formatUsd(charged)}; ${formatUsd(released)} of the hold released`;
  const kept = `${formatUsd(reserved)} reserved for transfer that was not reported`;
  return {
    ...{ charged, reserved, overrun },
    entries: [
      ...charges.map((charge) => ({
        item: { kind: 'charge' as const, charge },
        amount: amountOfCharge(charge),
      })),
      ...entry('reserve-placed', reserved),
      { item: { kind: 'hold-released' }, amount: released },
      ...entry('overrun', overrun),
    ],
    reason: reserved === 0 ? text : `${text}; ${kept}`,
  };
}
