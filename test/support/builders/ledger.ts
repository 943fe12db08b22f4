// Account limits for tests.

import { microUsd, microUsdPerHour } from '../../../shared/core/base/money.ts';
import type { AccountLimits } from '../../../shared/core/ledger/account.ts';

/** $10 a month, $5 an hour, 20 leases, every provider and GPU, no thresholds. */
export function someLimits(change: Partial<AccountLimits> = {}): AccountLimits {
  return {
    monthlyBudgetMicroUsd: microUsd(10_000_000),
    maxRateMicroUsdPerHour: microUsdPerHour(5_000_000),
    maxOpenLeases: 20,
    maxLeaseMicroUsd: change.monthlyBudgetMicroUsd ?? microUsd(10_000_000),
    providers: [],
    gpuNames: [],
    thresholds: [],
    ...change,
  };
}
