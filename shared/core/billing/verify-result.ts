// The result of verification: what was checked, and the differences.

import * as z from 'zod/mini';
import { policy } from '../base/policy/policy.ts';
import { Difference } from './difference.ts';

export const VerifyResult = z.object({
  accounts: z.int(),
  leases: z.int(),
  entries: z.int(),
  closedDays: z.int(),
  /** Leases that changed while they were read. */
  doubtful: z.int(),
  /** The first differences, and their total number. */
  differences: z.array(Difference),
  differencesInAll: z.int(),
});
export type VerifyResult = z.infer<typeof VerifyResult>;

/** The result of one account. */
export type AccountResult = Pick<VerifyResult, 'leases' | 'entries' | 'closedDays' | 'doubtful'> & {
  readonly difference: Difference | null;
};

/** Adds up the results of accounts. */
export function verifyResultOf(accounts: readonly AccountResult[]): VerifyResult {
  const count = (of: (account: AccountResult) => number): number =>
    accounts.reduce((all, account) => all + of(account), 0);
  const differences = accounts.flatMap(({ difference }) =>
    difference === null ? [] : [difference],
  );
  return {
    accounts: accounts.length,
    leases: count(({ leases }) => leases),
    entries: count(({ entries }) => entries),
    closedDays: count(({ closedDays }) => closedDays),
    doubtful: count(({ doubtful }) => doubtful),
    differences: differences.slice(0, policy.verify.differencesKept),
    differencesInAll: differences.length,
  };
}
