// Accounts for tests: $10 a month, nothing held and nothing spent.

import { microUsd, microUsdPerHour } from '../../../shared/core/base/money.ts';
import { monthOf } from '../../../shared/core/base/time.ts';
import type { Account, Hold } from '../../../shared/core/ledger/account.ts';
import { aConsumer, at } from './base.ts';
import { someLimits } from './ledger.ts';

export function anAccount(change: Partial<Account> = {}): Account {
  const limits = change.limits ?? someLimits();
  return {
    consumer: aConsumer,
    month: monthOf(at('12:00')),
    limits,
    limitsVersion: 1,
    correctionSeq: 0,
    roomMicroUsd: limits.monthlyBudgetMicroUsd,
    rateRoomMicroUsdPerHour: limits.maxRateMicroUsdPerHour,
    leaseRoom: limits.maxOpenLeases,
    chargedMicroUsd: microUsd(0),
    chargedBeforeMicroUsd: microUsd(0),
    ...{ reservedMicroUsd: microUsd(0), reservedBeforeMicroUsd: microUsd(0) },
    ...{ frozen: false, crossed: {}, holds: {}, notes: {} },
    ...change,
  };
}

/** $1 held at $0.50 an hour, placed at 12:00. */
export function aHold(change: Partial<Hold> = {}): Hold {
  return {
    amountMicroUsd: microUsd(1_000_000),
    rateMicroUsdPerHour: microUsdPerHour(500_000),
    month: monthOf(at('12:00')),
    placedAt: at('12:00'),
    ...change,
  };
}
