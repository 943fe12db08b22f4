// Times that follow from what a provider's card says, the same wherever they are needed: how long a
// create call may still take effect, and how long one attempt can last at worst.

import { policy } from '../../core/base/policy/policy.ts';
import { type DurationMs, durationMs, times, total } from '../../core/base/time.ts';
import type { ProviderCard } from '../../ports/provider.ts';

/** For so long after its intent an unanswered create call may still make a machine appear. */
export function createWindow(card: ProviderCard): DurationMs {
  return total(policy.launch.functionTimeout, card.longestCreate, times(card.listLag, 2));
}

/**
 * The longest an attempt can cost anything: searched for, booted in vain, torn down, or at least
 * the time that the provider bills in any case.
 */
export function attemptLimit(card: ProviderCard): DurationMs {
  const lives = total(createWindow(card), card.bootLimit, policy.teardown.allowance);
  return durationMs(Math.max(lives, card.minimumTerm));
}
