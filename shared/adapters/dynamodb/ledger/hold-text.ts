// A hold as one short text. The item of an account has up to 200 holds, and every admission writes
// it, at one write unit per KB: as text they take 11 units, as maps they would take 20. Two holds
// are equal exactly when their texts are, so a condition can compare them.

import { invariant } from '../../../core/base/invariant.ts';
import { Hold } from '../../../core/ledger/account.ts';

const write = (value: number | undefined): string => value?.toString(36) ?? '';
const read = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number.parseInt(text, 36);

/**
 * `amount rate month placed raised repriced`: numbers in base 36, without empty ones at the end.
 */
export function holdText(hold: Hold): string {
  const { amountMicroUsd, rateMicroUsdPerHour, month, placedAt, raisedAt, repricedAt } = hold;
  const [amount, rate, placed] = [amountMicroUsd, rateMicroUsdPerHour, placedAt].map(write);
  return [amount, rate, month, placed, write(raisedAt), write(repricedAt)].join(' ').trimEnd();
}

/** Parses the text of `holdText`. */
export function holdOf(text: string): Hold {
  const [amount, rate, month, placed, raised, repriced] = text.split(' ');
  const [raisedAt, repricedAt] = [read(raised), read(repriced)];
  const parsed = Hold.safeParse({
    amountMicroUsd: read(amount),
    rateMicroUsdPerHour: read(rate),
    month,
    placedAt: read(placed),
    ...(raisedAt !== undefined && { raisedAt }),
    ...(repricedAt !== undefined && { repricedAt }),
  });
  invariant(parsed.success, `not a hold: ${text}`);
  return parsed.data;
}
