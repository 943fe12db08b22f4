// The months of a hold. What was held at admission counts in the month of admission, and each raise
// in the month in which it was made: it takes the room of that month. A charge fills the oldest
// part first; what exceeds the hold counts in the present month.

import { lesser, type MicroUsd, microUsd, rest, sum } from '../base/money.ts';
import type { Month } from '../base/time.ts';
import type { Hold, HoldPart } from './account.ts';

/** A hold starts in one month and is raised in at most two later ones. */
const MAX_LATER = 2;

const laterSum = (later: readonly HoldPart[]): MicroUsd =>
  sum(...later.map(({ amountMicroUsd }) => amountMicroUsd));

const laterOf = ({ later = [] }: Hold): readonly HoldPart[] => later;

/** The hold with these later parts; without any, it has none. */
function withLater({ later: _, ...hold }: Hold, later: readonly HoldPart[]): Hold {
  return later.length === 0 ? hold : { ...hold, later: [...later] };
}

/** The parts of a hold, the oldest first. */
export function partsOf(hold: Hold): readonly HoldPart[] {
  const { amountMicroUsd, month } = hold;
  const later = laterOf(hold);
  return [{ month, amountMicroUsd: rest(amountMicroUsd, laterSum(later)) }, ...later];
}

/** The newest month of a hold. */
export const newestMonth = (hold: Hold): Month => laterOf(hold).at(-1)?.month ?? hold.month;

/** What a hold holds in a month. */
export const amountIn = (hold: Hold, month: Month): MicroUsd =>
  sum(...partsOf(hold).map((part) => (part.month === month ? part.amountMicroUsd : microUsd(0))));

/** The hold raised to `to`: the difference counts in the present month. */
export function raisedTo(hold: Hold, to: MicroUsd, present: Month): Hold {
  const more = rest(to, hold.amountMicroUsd);
  const newest = newestMonth(hold);
  const raised = { ...hold, amountMicroUsd: sum(hold.amountMicroUsd, more) };
  if (more > 0 && present > newest && laterOf(hold).length < MAX_LATER) {
    return withLater(raised, [...laterOf(hold), { month: present, amountMicroUsd: more }]);
  }
  const later = laterOf(hold).map((part) =>
    part.month === newest ? { ...part, amountMicroUsd: sum(part.amountMicroUsd, more) } : part,
  );
  return withLater(raised, later);
}

/** The hold lowered to `to`: the newest part falls first. */
export function loweredTo(hold: Hold, to: MicroUsd): Hold {
  let left = to;
  const kept = partsOf(hold).map(({ month, amountMicroUsd }) => {
    const amount = lesser(left, amountMicroUsd);
    left = rest(left, amount);
    return { month, amountMicroUsd: amount };
  });
  const later = kept.slice(1).filter(({ amountMicroUsd }) => amountMicroUsd > 0);
  return withLater({ ...hold, amountMicroUsd: lesser(to, hold.amountMicroUsd) }, later);
}

/** An amount by the months of a hold: the oldest part first, the excess in the present month. */
export function byMonth(hold: Hold, amount: MicroUsd, present: Month): readonly HoldPart[] {
  let left = amount;
  const filled = partsOf(hold).map(({ month, amountMicroUsd }) => {
    const part = lesser(left, amountMicroUsd);
    left = rest(left, part);
    return { month, amountMicroUsd: part };
  });
  if (left === 0) return filled.filter(({ amountMicroUsd }) => amountMicroUsd > 0);
  const month = present > newestMonth(hold) ? present : newestMonth(hold);
  const over = { month, amountMicroUsd: left };
  return addParts([...filled, over]);
}

/** Parts of the same month as one, in order; none of 0. */
function addParts(parts: readonly HoldPart[]): readonly HoldPart[] {
  const months = [...new Set(parts.map(({ month }) => month))];
  return months
    .map((month) => ({
      month,
      amountMicroUsd: laterSum(parts.filter((part) => part.month === month)),
    }))
    .filter(({ amountMicroUsd }) => amountMicroUsd > 0);
}

/** The hold with the amount and parts of another one. */
export const withPartsOf = (hold: Hold, other: Hold): Hold =>
  withLater({ ...hold, amountMicroUsd: other.amountMicroUsd }, laterOf(other));

/** How much more `to` holds than `from` in each month; months without a rise are left out. */
export function risesOf(from: Hold, to: Hold): readonly HoldPart[] {
  return partsOf(to)
    .map(({ month, amountMicroUsd }) => ({
      month,
      amountMicroUsd: rest(amountMicroUsd, amountIn(from, month)),
    }))
    .filter(({ amountMicroUsd }) => amountMicroUsd > 0);
}
