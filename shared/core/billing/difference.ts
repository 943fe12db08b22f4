// A difference between two parts of the books that must agree: money was lost or made up.

import type { ConsumerId, LeaseId } from '../base/ids.ts';
import { pageOf } from '../base/page.ts';

/** Two numbers that must be equal and are not: of money unless `what` counts something. */
export type Difference = {
  readonly consumer: ConsumerId;
  readonly leaseId: LeaseId | null;
  readonly what: string;
  /** What the entries say. */
  readonly ledger: number;
  /** What the lease, the account or the closed day says. */
  readonly found: number;
};

export type Pair = readonly [what: string, ledger: number, found: number];

type Subject = Pick<Difference, 'consumer' | 'leaseId'>;
export const differenceOf = (of: Subject, [what, ledger, found]: Pair): Difference => ({
  ...of,
  ...{ what, ledger, found },
});

export const firstUnequal = (pairs: readonly Pair[]): Pair | undefined =>
  pairs.find(([, ledger, found]) => ledger !== found);

/** The difference in words, for the person who is paged. */
export function differencePage({ consumer, leaseId, what, ledger, found }: Difference): string {
  const where = leaseId === null ? consumer : `${consumer}, lease ${leaseId}`;
  return pageOf('books-differ', `${where}: ${what}: the ledger has ${ledger}, found ${found}`);
}
