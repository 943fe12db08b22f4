// Verify: checks per account whether entries, leases, closed days and totals agree. A difference
// pages an operator.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import type { ConsumerId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { between } from '../../core/base/time.ts';
import { differencePage } from '../../core/billing/difference.ts';
import { type AccountVerdict, type VerifyPorts, verifyAccount } from './verify-account.ts';

export type VerifyLedgerPorts = VerifyPorts & { readonly page: (message: string) => void };

export type VerifyInput = {
  /** One account; null for all of them. */
  readonly consumer: ConsumerId | null;
  /** Continues after this account. */
  readonly after: ConsumerId | null;
};

export type VerifyPage = {
  readonly verdicts: readonly AccountVerdict[];
  /** The account to continue after; null when there are no more. */
  readonly next: ConsumerId | null;
};

async function consumersOf(
  { accounts }: VerifyPorts,
  { consumer, after }: VerifyInput,
): Promise<readonly ConsumerId[]> {
  if (consumer !== null) return [consumer];
  const names = (await accounts.all()).map((account) => account.consumer).toSorted();
  return after === null ? names : names.filter((name) => name > after);
}

/**
 * Verifies accounts in the order of their names, at least one, until the time of a page is over.
 * Safe to repeat: it changes nothing. Throws StoreDown.
 */
export function createVerifyLedger(ports: VerifyLedgerPorts) {
  return async (input: VerifyInput): Promise<VerifyPage> => {
    const since = ports.clock.now();
    const consumers = await consumersOf(ports, input);
    const verdicts: AccountVerdict[] = [];
    for (const consumer of consumers) {
      const verdict = await verifyAccount(ports, consumer);
      verdicts.push(verdict);
      if (verdict.difference !== null) ports.page(differencePage(verdict.difference));
      const over = between(since, ports.clock.now()) > policy.verify.pageFor;
      if (over && consumer !== consumers.at(-1)) return { verdicts, next: consumer };
    }
    return { verdicts, next: null };
  };
}

/** Verifies a page of accounts for an operator. Throws Forbidden. */
export function createVerifyOnDemand(verify: ReturnType<typeof createVerifyLedger>) {
  return async ({ caller, ...input }: VerifyInput & { readonly caller: Caller }) => {
    mustBeOperator(caller);
    return verify(input);
  };
}

/** Verifies every account, page by page, on a schedule. Throws StoreDown. */
export function createVerifyAll(verify: ReturnType<typeof createVerifyLedger>) {
  return async (): Promise<{ readonly accounts: number; readonly differences: number }> => {
    let [accounts, differences] = [0, 0];
    let after: ConsumerId | null = null;
    do {
      const { verdicts, next }: VerifyPage = await verify({ consumer: null, after });
      accounts += verdicts.length;
      differences += verdicts.filter(({ difference }) => difference !== null).length;
      after = next;
    } while (after !== null);
    return { accounts, differences };
  };
}
