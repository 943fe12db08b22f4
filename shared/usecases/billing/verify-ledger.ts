// Verify: checks per account whether entries, leases, closed days and totals agree. A difference
// pages an operator.

import type { ConsumerId } from '../../core/base/ids.ts';
import { differencePage } from '../../core/billing/difference.ts';
import { type VerifyResult, verifyResultOf } from '../../core/billing/verify-result.ts';
import { type AccountVerdict, type VerifyPorts, verifyAccount } from './verify-account.ts';

export type VerifyLedgerPorts = VerifyPorts & { readonly page: (message: string) => void };

/**
 * Verifies one account, or all accounts in the order of their names. Safe to repeat: it changes
 * nothing. Throws StoreDown.
 */
export function createVerifyLedger(ports: VerifyLedgerPorts) {
  return async (consumer: ConsumerId | null): Promise<VerifyResult> => {
    const all = consumer === null ? await ports.accounts.consumers() : [consumer];
    const verdicts: AccountVerdict[] = [];
    for (const name of all.toSorted()) {
      const verdict = await verifyAccount(ports, name);
      verdicts.push(verdict);
      if (verdict.difference !== null) ports.page(differencePage(verdict.difference));
    }
    return verifyResultOf(verdicts);
  };
}
