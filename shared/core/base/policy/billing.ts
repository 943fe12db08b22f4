// The part of the policy that is about prepaid balances: see policy.ts, which includes it.

import { invariant } from '../invariant.ts';
import { hours, minutes } from '../time.ts';

export const balancePolicy = {
  /** Between two readings of a provider's prepaid balance. */
  readEvery: minutes(5),
  /** An older reading limits nothing. */
  staleAfter: minutes(15),
  /** A choice commits its lease within this after it took room, or never: a step takes 60 s. */
  takeFor: minutes(2),
  /** Takes between two readings: 50 KB of an item that each of them writes. */
  takesMost: 500,
  /** A person is told when the balance lasts less than this. */
  runwayLeast: hours(1),
  /** Between two times of telling that it is low, or that it can't be read. */
  tellEvery: hours(1),
} as const;

invariant(
  balancePolicy.staleAfter >= 3 * balancePolicy.readEvery,
  'one failed reading must not make a balance unknown',
);
