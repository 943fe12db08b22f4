// Tells a few strange things from a crowd of them. A crowd is more likely our own mistake (a wrong
// table, an outage of ours) than that many things gone wrong at once, so a person has to look.

import { policy } from './policy/policy.ts';

/** Whether `count` out of `all` is more than chance brings: more than 3, and more than a fifth. */
export function isCrowd(count: number, all: number): boolean {
  const { least, percent } = policy.crowd;
  return count > Math.max(least, (all * percent) / 100);
}
