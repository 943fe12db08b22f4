// A provider's card: what its words mean, and the times that follow from it, such as how long a
// create call may still take effect and how long one attempt can last at worst.

import type { MicroUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { type DurationMs, durationMs, times, total, wholeSeconds } from '../base/time.ts';

/** How a provider states its charges: each item rounded to a step, at most so many items a row. */
export type ChargeTerms = {
  readonly step: MicroUsd;
  readonly maxItems: number;
  /** The charges of an instance are final this long after its end. */
  readonly settledAfter: DurationMs;
};

/** Facts of this provider's API, each with its source in the adapter. */
export type ProviderCard = {
  readonly provider: ProviderName;
  /** Whether repeating create with the same tag is safe. */
  readonly createIsIdempotent: boolean;
  /** The longest a create call has been seen to take effect after it was sent. */
  readonly longestCreate: DurationMs;
  /** How long a listing may lag behind the instances. */
  readonly listLag: DurationMs;
  /** The only call that ends all billing. */
  readonly stopsBilling: 'destroy';
  /** The shortest time billed. */
  readonly minimumTerm: DurationMs;
  readonly billing: { readonly step: DurationMs; readonly rounding: 'up' | 'nearest' };
  readonly charges: ChargeTerms;
  readonly maxTagLength: number;
  /** An instance that isn't ready by then is given back. */
  readonly bootLimit: DurationMs;
  /** The shortest time between two calls of a kind. */
  readonly spacing: {
    readonly create: DurationMs;
    readonly destroy: DurationMs;
    readonly get: DurationMs;
    readonly list: DurationMs;
  };
  /** The longest start script with its SSH key, in bytes: what our own lines leave. */
  readonly maxStartScriptBytes: number;
  readonly sshUser: string;
  /** What may go on billing after destroy. */
  readonly residues: readonly string[];
};

/** For this long after its intent, an unanswered create call may still make an instance appear. */
export function createWindow(card: ProviderCard): DurationMs {
  return total(policy.launch.functionTimeout, card.longestCreate, times(card.listLag, 2));
}

/**
 * The longest an attempt can cost anything: it is looked for, boots in vain and is torn down, and
 * never less than the time that the provider bills in any case.
 */
export function attemptLimit(card: ProviderCard): DurationMs {
  const longest = total(createWindow(card), card.bootLimit, policy.teardown.allowance);
  return durationMs(Math.max(longest, card.minimumTerm));
}

/** How long the workflow waits for an instance to become ready. */
export type BootWait = { readonly timeoutSeconds: number };

export const bootWait = (card: ProviderCard): BootWait => ({
  timeoutSeconds: wholeSeconds(card.bootLimit, 1),
});
