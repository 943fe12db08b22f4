// A hold as one short text. An account's item holds up to 200 of them and is written with every
// admission, at one write unit for each KB: as maps they would take 20 units, so they take 11. And
// two holds are the same exactly when their texts are, so that a change can name what it changes.

import { invariant } from '../../../core/base/invariant.ts';
import { Hold } from '../../../core/ledger/account.ts';

const written = (value: number | undefined): string => value?.toString(36) ?? '';
const read = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number.parseInt(text, 36);

/** `amount rate month placed raised repriced`: numbers in base 36, empty ones at the end cut. */
export function holdText(hold: Hold): string {
  const { amountMicroUsd, rateMicroUsdPerHour, month, placedAt, raisedAt, repricedAt } = hold;
  const [amount, rate, placed] = [amountMicroUsd, rateMicroUsdPerHour, placedAt].map(written);
  return [amount, rate, month, placed, written(raisedAt), written(repricedAt)].join(' ').trimEnd();
}

/** Reads what `holdText` wrote. */
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
