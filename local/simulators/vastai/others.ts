// Other customers, who rent machines: the seed and the instant decide which ones and when. They
// rent whole machines.

import { createRandom } from '../kit/random.ts';
import type { Context } from './context.ts';

/** A machine is rented or free for this long; each machine has its own phase. */
const periodMs = 30 * 60_000;

/** Whether another customer rents the machine at the instant. */
export function isTakenByOthers(
  { state, settings }: Pick<Context, 'state' | 'settings'>,
  machineId: number,
  at: number,
): boolean {
  if (settings.othersShare === 0) return false;
  const seed = Math.imul(machineId, 104_729) ^ Math.imul(state.seed + 1, 7_919);
  const period = Math.floor(at / periodMs + createRandom(seed)());
  return createRandom(seed ^ Math.imul(period, 15_485_863))() < settings.othersShare;
}
