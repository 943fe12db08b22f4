// Other people, who rent machines too: which ones and when follows from the seed and the instant
// alone. They take a machine as a whole, and never one that has our instance on it.

import { createRandom } from '../kit/random.ts';
import type { Context } from './context.ts';

/** Each machine is rented or free for this long at a stretch, each with a beginning of its own. */
const stretchMs = 30 * 60_000;

/** Whether somebody else has the machine at the instant. */
export function isTakenByOthers(
  { state, settings }: Pick<Context, 'state' | 'settings'>,
  machineId: number,
  at: number,
): boolean {
  if (settings.othersShare === 0) return false;
  const own = Math.imul(machineId, 104_729) ^ Math.imul(state.seed + 1, 7_919);
  const stretch = Math.floor(at / stretchMs + createRandom(own)());
  return createRandom(own ^ Math.imul(stretch, 15_485_863))() < settings.othersShare;
}
