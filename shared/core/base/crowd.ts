// Distinguishes a few anomalies from a crowd. A crowd is more likely a fault of this service (a
// wrong table, an outage) than many independent faults, so an operator must decide.

import { policy } from './policy/policy.ts';

/** Whether `count` out of `all` is a crowd: more than 3, and more than 20 %. */
export function isCrowd(count: number, all: number): boolean {
  const { aboveCount, abovePercent } = policy.crowd;
  return count > Math.max(aboveCount, (all * abovePercent) / 100);
}
