// Charges by the months of a hold: a charge that fills the part of a month is cut there, so that
// every entry, report and closed day has one month, and the pieces add up to the charge.

import { lesser, type MicroUsd, rest, sum } from '../base/money.ts';
import { epochMs, type Month } from '../base/time.ts';
import type { HoldPart } from './account.ts';
import { amountOfCharge, type Charge } from './charge.ts';

export type MonthlyCharge = { readonly month: Month; readonly charge: Charge };

/** The first `amount` of a charge, and the rest. Idle time and teardown are its end. */
function cut(charge: Charge, amount: MicroUsd): readonly [Charge, Charge] {
  let left = amount;
  const take = (part: MicroUsd): MicroUsd => {
    const taken = lesser(left, part);
    left = rest(left, taken);
    return taken;
  };
  const total = amountOfCharge(charge);
  const { teardownMicroUsd, idleMicroUsd, failedMicroUsd } = charge;
  const worked = rest(total, sum(teardownMicroUsd, idleMicroUsd));
  const share = Math.round((charge.until - charge.from) * (amount / total));
  const at = epochMs(charge.from + share);
  const first: Charge = {
    ...{ ...charge, until: at },
    gpuMicroUsd: take(charge.gpuMicroUsd),
    diskMicroUsd: take(charge.diskMicroUsd),
    transferMicroUsd: take(charge.transferMicroUsd),
    failedMicroUsd: lesser(failedMicroUsd, amount),
    idleMicroUsd: lesser(idleMicroUsd, rest(amount, worked)),
    teardownMicroUsd: rest(amount, sum(worked, idleMicroUsd)),
  };
  const second: Charge = {
    ...{ ...charge, from: at },
    gpuMicroUsd: rest(charge.gpuMicroUsd, first.gpuMicroUsd),
    diskMicroUsd: rest(charge.diskMicroUsd, first.diskMicroUsd),
    transferMicroUsd: rest(charge.transferMicroUsd, first.transferMicroUsd),
    failedMicroUsd: rest(failedMicroUsd, first.failedMicroUsd),
    idleMicroUsd: rest(idleMicroUsd, first.idleMicroUsd),
    teardownMicroUsd: rest(teardownMicroUsd, first.teardownMicroUsd),
  };
  return [first, second];
}

/**
 * The charges in order, cut where a part is full. The parts add up to the charges; a charge of 0
 * belongs to the month of the charge before it, or to `first`.
 */
export function cutByMonth(
  charges: readonly Charge[],
  parts: readonly HoldPart[],
  first: Month,
): readonly MonthlyCharge[] {
  const open = parts.map((part) => ({ ...part }));
  const pieces: MonthlyCharge[] = [];
  for (const charge of charges) {
    let whole = charge;
    for (;;) {
      const [part] = open;
      const amount = amountOfCharge(whole);
      if (part === undefined || amount <= part.amountMicroUsd) {
        const month = part?.month ?? pieces.at(-1)?.month ?? first;
        pieces.push({ month, charge: whole });
        if (part !== undefined) part.amountMicroUsd = rest(part.amountMicroUsd, amount);
        break;
      }
      open.shift();
      if (part.amountMicroUsd === 0) continue;
      const [before, after] = cut(whole, part.amountMicroUsd);
      pieces.push({ month: part.month, charge: before });
      whole = after;
    }
  }
  return pieces;
}

/** The pieces of each instance's charge as one charge again, in order. */
export function joinPieces(pieces: readonly Charge[]): readonly Charge[] {
  const byAttempt = Map.groupBy(pieces, ({ attempt }) => attempt);
  return [...byAttempt.values()].flatMap((same) => {
    const [one, ...others] = same;
    return one === undefined ? [] : [others.reduce(join, one)];
  });
}

const join = (a: Charge, b: Charge): Charge => ({
  ...{ ...a, until: b.until },
  gpuMicroUsd: sum(a.gpuMicroUsd, b.gpuMicroUsd),
  diskMicroUsd: sum(a.diskMicroUsd, b.diskMicroUsd),
  transferMicroUsd: sum(a.transferMicroUsd, b.transferMicroUsd),
  failedMicroUsd: sum(a.failedMicroUsd, b.failedMicroUsd),
  idleMicroUsd: sum(a.idleMicroUsd, b.idleMicroUsd),
  teardownMicroUsd: sum(a.teardownMicroUsd, b.teardownMicroUsd),
});
