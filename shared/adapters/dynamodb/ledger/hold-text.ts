// A hold as one short text. The item of an account has up to 200 holds, and every admission writes
// it, at one write unit per KB: as text they take 11 units, as maps they would take 20. Two holds
// are equal exactly when their texts are, so a condition can compare them.

import { Hold, type HoldPart } from '../../../core/ledger/account.ts';

const write = (value: number | undefined): string => value?.toString(36) ?? '';
const read = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number.parseInt(text, 36);

/** Later parts, such as `2026-12:2s,2027-01:a`. */
const writeParts = (later: readonly HoldPart[]): string =>
  later.map(({ month, amountMicroUsd }) => `${month}:${write(amountMicroUsd)}`).join(',');
const readParts = (text: string) =>
  text.split(',').map((part) => ({ month: part.slice(0, 7), amountMicroUsd: read(part.slice(8)) }));

/**
 * `amount rate month placed raised repriced later`: numbers in base 36, without empty fields at the
 * end.
 */
export function holdText(hold: Hold): string {
  const { amountMicroUsd, rateMicroUsdPerHour, month, placedAt, raisedAt, repricedAt } = hold;
  const [amount, rate, placed] = [amountMicroUsd, rateMicroUsdPerHour, placedAt].map(write);
  const times = [write(raisedAt), write(repricedAt)];
  return [amount, rate, month, placed, ...times, writeParts(hold.later ?? [])].join(' ').trimEnd();
}

/** Parses the text of `holdText`; null when it is not one. */
export function holdOf(text: string): Hold | null {
  const [amount, rate, month, placed, raised, repriced, later] = text.split(' ');
  const [raisedAt, repricedAt] = [read(raised), read(repriced)];
  const parsed = Hold.safeParse({
    amountMicroUsd: read(amount),
    rateMicroUsdPerHour: read(rate),
    month,
    placedAt: read(placed),
    ...(raisedAt !== undefined && { raisedAt }),
    ...(repricedAt !== undefined && { repricedAt }),
    ...(later !== undefined && { later: readParts(later) }),
  });
  return parsed.success ? parsed.data : null;
}
