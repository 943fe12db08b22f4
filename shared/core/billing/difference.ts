// A difference between two records that must agree, such as the ledger and an account.

import * as z from 'zod/mini';
import { ConsumerId, LeaseId } from '../base/ids.ts';
import { pageOf } from '../base/page.ts';

/** Two numbers that must be equal and are not: micro-dollars, unless `what` names a count. */
export const Difference = z.object({
  consumer: ConsumerId,
  leaseId: z.nullable(LeaseId),
  what: z.string(),
  /** The value by the ledger entries. */
  ledger: z.number(),
  /** The value of the lease, the account or the closed day. */
  found: z.number(),
});
export type Difference = z.infer<typeof Difference>;

export type Pair = readonly [what: string, ledger: number, found: number];

type Subject = Pick<Difference, 'consumer' | 'leaseId'>;
export const differenceOf = (of: Subject, [what, ledger, found]: Pair): Difference => ({
  ...of,
  ...{ what, ledger, found },
});

export const firstUnequal = (pairs: readonly Pair[]): Pair | undefined =>
  pairs.find(([, ledger, found]) => ledger !== found);

/** The page for operators about the difference. */
export function differencePage({ consumer, leaseId, what, ledger, found }: Difference): string {
  const where = leaseId === null ? consumer : `${consumer}, lease ${leaseId}`;
  return pageOf('books-differ', `${where}: ${what}: the ledger has ${ledger}, found ${found}`);
}
