// A provider's card: facts about its API, and the times that follow from them, such as how long a
// create call can still take effect, and how long one attempt can last.

import { invariant } from '../base/invariant.ts';
import type { MicroUsd } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { type DurationMs, durationMs, times, total, wholeSeconds } from '../base/time.ts';

/**
 * How a provider reports its charges: each item rounded to a step, at most `maxItems` items per
 * row.
 */
export type ChargeTerms = {
  readonly step: MicroUsd;
  readonly maxItems: number;
  /** The charges of an instance are final this long after its end. */
  readonly settledAfter: DurationMs;
};

/** Kinds of calls whose number grows with the leases and the menu. */
export type CallClass = 'launch' | 'destroy' | 'get' | 'list' | 'search' | 'charges';

/** One limit of a provider, for all calls of an account that it covers together. */
export type ProviderLimit = {
  readonly name: string;
  readonly covers: readonly CallClass[];
  /** At most so many calls in each of these times, the shortest time first. */
  readonly windows: readonly { readonly every: DurationMs; readonly calls: number }[];
  /** How long it refuses calls after one that came too early, when it does not say so. */
  readonly penalty: DurationMs;
};

/** Facts of this provider's API, each with its source in the adapter. */
export type ProviderCard = {
  readonly provider: ProviderName;
  /** Whether repeating create with the same tag is safe. */
  readonly createIsIdempotent: boolean;
  /** The longest observed time from sending a create call to its effect. */
  readonly longestCreate: DurationMs;
  /** How long a search may still show an offer that is taken. */
  readonly searchLag: DurationMs;
  /** How long a listing may lag behind the instances. */
  readonly listLag: DurationMs;
  /** Whether a listing says how many instances there are: one without that is not complete. */
  readonly reportsTotal: boolean;
  /** The only call that ends all billing. */
  readonly stopsBilling: 'destroy';
  /** The minimum time that is billed. */
  readonly minimumTerm: DurationMs;
  readonly billing: { readonly step: DurationMs; readonly rounding: 'up' | 'nearest' };
  readonly charges: ChargeTerms;
  /** Whether its charges show running instances, with what they have cost so far. */
  readonly liveCharges: boolean;
  readonly maxTagLength: number;
  /** An attempt whose instance is not ready within this time is retired. */
  readonly bootLimit: DurationMs;
  /** How many leases' calls of one class may be in progress beside each other. */
  readonly lanes: number;
  /** Each class of calls is covered by one of them. */
  readonly limits: readonly ProviderLimit[];
  /**
   * The maximum size of the start script and SSH key, in bytes: what the lines of this service
   * leave.
   */
  readonly maxStartScriptBytes: number;
  readonly sshUser: string;
  /**
   * The variables with the id and the key of the instance itself, with which the agent destroys it.
   */
  readonly reservedEnv: readonly string[];
  /**
   * Whether the agent can end its own instance so that nothing more is billed. Where it can't,
   * three nets are left, and a request may demand another provider.
   */
  readonly selfEnding: boolean;
  /** What may still be billed after destroy. */
  readonly residues: readonly string[];
};

/**
 * Variables that decide which programs and libraries the agent's shell runs, where it finds its
 * files, and by which way, and with which certificates, its calls reach this service.
 */
const SHELL_ENV: readonly string[] = [
  ...['PATH', 'HOME', 'IFS', 'ENV', 'BASH_ENV', 'LD_AUDIT', 'LD_LIBRARY_PATH', 'LD_PRELOAD'],
  ...['CURL_HOME', 'WGETRC', 'CURL_CA_BUNDLE', 'SSL_CERT_DIR', 'SSL_CERT_FILE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'],
];

/** The variables that a request must not set, because the lease may get any of these providers. */
export const reservedEnv = (cards: readonly ProviderCard[]): ReadonlySet<string> =>
  new Set([...SHELL_ENV, ...cards.flatMap((card) => card.reservedEnv)]);

/** The limit that covers a class of calls. */
export function limitFor(card: ProviderCard, callClass: CallClass): ProviderLimit {
  const limit = card.limits.find(({ covers }) => covers.includes(callClass));
  invariant(limit !== undefined, `${card.provider} has no limit for ${callClass} calls`);
  return limit;
}

/** How long after the intent an unanswered create call can still create an instance. */
export function createWindow(card: ProviderCard): DurationMs {
  return total(policy.stepBudget.launch, card.longestCreate, times(card.listLag, 2));
}

/**
 * The longest time an attempt can cost money: search, boot and teardown, and at least the minimum
 * term of the provider.
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
