// What a lease is charged when all its instances are proved absent, and what becomes of its hold:
// the charge, a reserve for transfer that was not reported, and the rest, which is released. All
// three are in parts by month.

import { formatUsd, lesser, type MicroUsd, microUsd, rest, sum } from '../base/money.ts';
import { rowOf } from '../base/providers.ts';
import { type EpochMs, type Month, monthOf } from '../base/time.ts';
import type { HoldPart } from '../ledger/account.ts';
import { amountOfCharge, chargesOf, totalOf, unreportedTransferOf } from '../ledger/charge.ts';
import { cutByMonth } from '../ledger/charge-months.ts';
import { type LedgerEntry, settle } from '../ledger/entry.ts';
import { byMonth, loweredTo, partsOf, risesOf } from '../ledger/hold-parts.ts';
import { billOf, type LeaseIn } from './lease.ts';

/** An entry of the settlement, without its place in the ledger. */
type SettledItem = {
  readonly item: Pick<LedgerEntry, 'kind' | 'charge' | 'month'>;
  readonly amount: MicroUsd;
};

export type LeaseSettlement = {
  readonly charged: MicroUsd;
  readonly overrun: MicroUsd;
  readonly reserves: readonly HoldPart[];
  readonly entries: readonly SettledItem[];
  readonly reason: string;
};

/** What the account is charged in each month for an ended lease, without corrections. */
export const chargesByMonth = (lease: LeaseIn<'ended'>): readonly HoldPart[] =>
  byMonth(lease.hold, lease.chargedMicroUsd, monthOf(lease.endedAt));

/** What unreported transfer can still cost. A provider without charges would never show it. */
function unreported(lease: LeaseIn<'ending'>, now: EpochMs): MicroUsd {
  const shown = lease.attempts.some(({ offer }) => rowOf(offer.provider).charges);
  return shown ? unreportedTransferOf(billOf(lease), now) : microUsd(0);
}

/** What the hold still has after the charge, of which the newest part becomes the reserve. */
function restOf({ hold }: LeaseIn<'ending'>, charges: readonly HoldPart[], reserved: MicroUsd) {
  const chargedIn = (month: Month): MicroUsd =>
    sum(...charges.map((part) => (part.month === month ? part.amountMicroUsd : microUsd(0))));
  const [first, ...later] = partsOf(hold).map(({ month, amountMicroUsd }) => ({
    month,
    amountMicroUsd: rest(amountMicroUsd, chargedIn(month)),
  }));
  const all = sum(first?.amountMicroUsd ?? microUsd(0), ...later.map((p) => p.amountMicroUsd));
  const left = { ...hold, amountMicroUsd: all, later };
  const released = loweredTo(left, rest(all, reserved));
  return { reserves: risesOf(released, left), released: partsOf(released) };
}

const entriesOf = (kind: LedgerEntry['kind'], parts: readonly HoldPart[]): SettledItem[] =>
  parts.map(({ month, amountMicroUsd: amount }) => ({ item: { kind, month }, amount }));

/** The settlement at `now`: charged + reserved + released = hold + overrun, always. */
export function settlementOf(lease: LeaseIn<'ending'>, now: EpochMs): LeaseSettlement {
  const { hold } = lease;
  const charges = chargesOf(billOf(lease), now);
  const charged = totalOf(charges);
  const { released: left, overrun } = settle(hold.amountMicroUsd, charged);
  const reserved = lesser(left, unreported(lease, now));
  const parts = byMonth(hold, charged, monthOf(now));
  const { reserves, released } = restOf(lease, parts, reserved);
  const some = released.filter(({ amountMicroUsd }) => amountMicroUsd > 0);
  const over = { month: parts.at(-1)?.month ?? hold.month, amountMicroUsd: overrun };
  const free = formatUsd(rest(left, reserved));
  const text = `charged ${formatUsd(charged)}; ${free} of the hold released`;
  const kept = `${formatUsd(reserved)} reserved for transfer that was not reported`;
  return {
    ...{ charged, overrun, reserves },
    entries: [
      ...cutByMonth(charges, parts, hold.month).map(({ month, charge }) => ({
        item: { kind: 'charge' as const, charge, month },
        amount: amountOfCharge(charge),
      })),
      ...entriesOf('reserve-placed', reserves),
      ...entriesOf('hold-released', some.length > 0 ? some : released.slice(0, 1)),
      ...(overrun > 0 ? entriesOf('overrun', [over]) : []),
    ],
    reason: reserved === 0 ? text : `${text}; ${kept}`,
  };
}
