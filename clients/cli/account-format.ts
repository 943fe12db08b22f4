// Formats accounts and their events for a terminal.

import { formatUsd, microUsd, signedMicroUsd } from '../../shared/core/base/money.ts';
import type { Account, AccountEvent } from '../client/replies.ts';
import { clean, rate, table, time } from './format.ts';

const allowedText = (names: readonly string[]): string =>
  names.length === 0 ? 'any' : names.join(', ');

const BAR = 30;

/** A bar of the budget: charged (#), held (=) and free (.). */
function barOf({ limits, chargedMicroUsd: charged, heldMicroUsd: held }: Account): string {
  const budget = Math.max(1, limits.monthlyBudgetMicroUsd);
  const signs = (amount: number): number => Math.min(BAR, Math.round((amount / budget) * BAR));
  const [spent, taken] = [signs(charged), signs(charged + held)];
  const parts = ['#'.repeat(spent), '='.repeat(taken - spent), '.'.repeat(BAR - taken)];
  return `[${parts.join('')}]`;
}

function thresholdsOf({ limits, crossed }: Account): string {
  if (limits.thresholds.length === 0) return 'none';
  const over = new Set(crossed.map(({ percent }) => percent));
  const each = limits.thresholds.map(
    ({ percent, action }) => `${percent} % ${action}${over.has(percent) ? ' (crossed)' : ''}`,
  );
  return each.join(', ');
}

/** The month, what is left of each limit, and the open holds. */
export function accountLines(account: Account): readonly string[] {
  const { consumer, month, limits, version, holds, frozen, rateRoomMicroUsdPerHour } = account;
  const budget = formatUsd(limits.monthlyBudgetMicroUsd);
  const charged = formatUsd(account.chargedMicroUsd);
  const held = formatUsd(microUsd(account.heldMicroUsd));
  const room = formatUsd(signedMicroUsd(account.roomMicroUsd));
  const rows = holds.map((hold) => [
    ...[hold.leaseId, formatUsd(hold.amountMicroUsd), rate(hold.rateMicroUsdPerHour)],
    ...[hold.month, time(hold.placedAt)],
  ]);
  return [
    clean(`${consumer}, ${month}${frozen ? ': FROZEN, the service refuses new leases' : ''}`),
    `${barOf(account)} ${charged} charged, ${held} held, ${room} left of ${budget}`,
    `Rate: ${rate(rateRoomMicroUsdPerHour)} left of ${rate(limits.maxRateMicroUsdPerHour)}`,
    `Leases: ${account.leaseRoom} left of ${limits.maxOpenLeases}`,
    `One lease: at most ${formatUsd(limits.maxLeaseMicroUsd)}`,
    clean(`Providers: ${allowedText(limits.providers)}; GPUs: ${allowedText(limits.gpuNames)}`),
    `Thresholds: ${thresholdsOf(account)}`,
    `Charged in earlier months: ${formatUsd(account.chargedBeforeMicroUsd)}`,
    `Reserved for unreported transfer: ${formatUsd(account.reservedMicroUsd)}`,
    `Limits: version ${version}`,
    ...(rows.length === 0
      ? []
      : table(
          ['LEASE', 'HELD', 'RATE', 'MONTH', 'SINCE'].map((title) => ({ title })),
          rows,
        )),
  ];
}

export function accountEventsTable(events: readonly AccountEvent[]): readonly string[] {
  const rows = events.map(({ at, kind, by, reason }) => [time(at), kind, by ?? '-', clean(reason)]);
  return table(
    ['AT', 'EVENT', 'BY', 'REASON'].map((title) => ({ title })),
    rows,
  );
}
