// What a use case may ask of a GPU marketplace, in our words. Each adapter keeps these promises or
// throws a Failure; one contract suite holds all of them to it.

import type { InstanceId } from '../core/base/ids.ts';
import type { MicroUsd, MicroUsdPerHour } from '../core/base/money.ts';
import type { ProviderName } from '../core/base/providers.ts';
import type { DurationMs, EpochMs } from '../core/base/time.ts';
import type { ChargeTerms } from '../core/billing/reconcile.ts';
import type { Offer } from '../core/instance/offer.ts';
import type { Tag } from '../core/instance/ownership.ts';

/** What this provider's words mean: facts of its API, each with its source in the adapter. */
export type ProviderCard = {
  readonly provider: ProviderName;
  /** Whether repeating create with the same tag is safe. */
  readonly createIsIdempotent: boolean;
  /** The longest a create call has been seen to take effect after it was sent. */
  readonly longestCreate: DurationMs;
  /** How long a listing may lag behind the machines. */
  readonly listLag: DurationMs;
  /** The only call that ends all billing. */
  readonly stopsBilling: 'destroy';
  /** The shortest time billed. */
  readonly minimumTerm: DurationMs;
  readonly billing: { readonly step: DurationMs; readonly rounding: 'up' | 'nearest' };
  /** How charges are told. */
  readonly charges: ChargeTerms;
  readonly maxTagLength: number;
  /** A machine that isn't ready by then is given back. */
  readonly bootLimit: DurationMs;
  /** The least time between two calls of a kind. */
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

/** What a machine is started with. `env` is secret: it never appears in an event or a log. */
export type LaunchSpec = {
  readonly image: string;
  readonly diskGb: number;
  readonly env: Readonly<Record<string, string>>;
  readonly startScript: string;
  /**
   * A shell script, compressed with gzip and in base64, that runs in the background beside the
   * start script. The adapter tells it by GPU_SHOPPER_DESTROY_URL and _KEY how it can end its own
   * machine, by what the provider gives that one machine and never by our key. Null: none runs.
   */
  readonly agent: string | null;
  readonly sshPublicKey: string;
};

export type CreateOutcome =
  | { readonly kind: 'launched'; readonly instanceId: InstanceId }
  /** Definitely not created: somebody else has the machine. */
  | { readonly kind: 'offer-gone'; readonly reason: string }
  /** Definitely not created: our prepaid funds don't allow it. */
  | { readonly kind: 'no-funds'; readonly reason: string }
  /** Definitely not created: too many calls. The same offer may be tried again, later. */
  | { readonly kind: 'rate-limited'; readonly reason: string }
  /** Definitely not created: our key or the request itself is refused, for any offer. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may exist: look by tag, never repeat. */
  | { readonly kind: 'outcome-unknown'; readonly reason: string };

/** `stopped` and `failed` machines never become ready; an `unreachable` one may come back. */
export type InstanceStatus =
  | 'starting'
  | 'running'
  | 'stopped'
  | 'failed'
  | 'unreachable'
  | 'unknown';

export type SshEndpoint = { readonly host: string; readonly port: number; readonly user: string };

export type Instance = {
  readonly id: InstanceId;
  /** The label exactly as the provider keeps it, ours or not. */
  readonly label: string | null;
  readonly status: InstanceStatus;
  /** The provider's own words for the status, for people. */
  readonly statusText: string;
  /** All-in rate that the provider states for this instance, transfer excepted. */
  readonly rate: MicroUsdPerHour | null;
  /** Where SSH may be reached, the best first; empty until known. */
  readonly ssh: readonly SshEndpoint[];
};

export type ProviderCharge = {
  readonly instanceId: InstanceId;
  readonly label: string | null;
  readonly amount: MicroUsd;
  readonly from: EpochMs;
  readonly to: EpochMs;
};

export type Provider = {
  readonly card: ProviderCard;
  /**
   * Every offer that can be leased now, unverified hosts left out. A read: safe to repeat.
   * Complete or a Failure (RateLimited, ProviderDown, BadReply, Unauthorised); never a part.
   */
  search(): Promise<readonly Offer[]>;
  /**
   * Rents the offer; the tag travels in this very request. NEVER safe to repeat. Anything but a
   * definite answer is `outcome-unknown`. Whatever the provider does, it answers and doesn't throw.
   */
  create(tag: Tag, offer: Offer, spec: LaunchSpec): Promise<CreateOutcome>;
  /**
   * Adds the SSH key to a machine whose start script carries it already. Safe to repeat. Never
   * throws for the provider's sake: a refusal is an answer.
   */
  attachKey(id: InstanceId, publicKey: string): Promise<'attached' | 'refused'>;
  /**
   * One machine. `absent` only when the provider says it doesn't know it; shortly after create
   * that may be lag, so it is a hint and no proof. Errors are a Failure, never `absent`.
   */
  get(id: InstanceId): Promise<Instance | 'absent'>;
  /** Every machine of the account in every state, ours or not: all pages, or a Failure. */
  list(): Promise<readonly Instance[]>;
  /**
   * Asks for the end. Safe to repeat. `accepted` is not proof; `absent` means it was not known.
   * Throws RateLimited, ProviderDown, BadReply, Unauthorised: then it still runs.
   */
  destroy(id: InstanceId): Promise<'accepted' | 'absent'>;
  /**
   * What the provider charged between two instants, destroyed machines included: by whole periods
   * of its own, each that is touched. A read.
   */
  charges(from: EpochMs, to: EpochMs): Promise<readonly ProviderCharge[]>;
  /** What is left of the prepaid funds, below zero when overdrawn; null where it isn't told. */
  balance(): Promise<number | null>;
};
