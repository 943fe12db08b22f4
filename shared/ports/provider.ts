// The port of a GPU marketplace. Each adapter fulfills this contract or throws a Failure; one
// contract suite tests all adapters.

import type { InstanceId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { ProviderCharge } from '../core/billing/reconcile.ts';
import type { ProviderCard } from '../core/instance/card.ts';
import type { Instance } from '../core/instance/instance.ts';
import type { CreateOutcome, LaunchSpec } from '../core/instance/launch.ts';
import type { Offer } from '../core/instance/offer.ts';
import type { Tag } from '../core/instance/ownership.ts';

/** The offers of one search, and the ids of those that could not be read. */
export type Found = { readonly offers: readonly Offer[]; readonly unreadable: readonly string[] };

export type Provider = {
  readonly card: ProviderCard;
  /**
   * The provider's id of the account that the key belongs to; null when it does not report one.
   * Safe to repeat. Throws RateLimited, ProviderDown, BadReply, Unauthorised.
   */
  account(): Promise<string | null>;
  /**
   * Every available offer, without unverified hosts. Safe to repeat. Complete but for unreadable
   * rows, or a Failure (RateLimited, ProviderDown, BadReply, Unauthorised).
   */
  search(): Promise<Found>;
  /**
   * Rents the offer; the tag is part of this request. NEVER safe to repeat. Any indefinite response
   * is `outcome-unknown`. Never throws for what the provider does.
   */
  create(tag: Tag, offer: Offer, spec: LaunchSpec): Promise<CreateOutcome>;
  /**
   * Attaches the SSH key to an instance whose start script also contains it. Safe to repeat. Never
   * throws for what the provider does: a refusal is an outcome.
   */
  attachKey(id: InstanceId, publicKey: string): Promise<'attached' | 'refused'>;
  /**
   * Reads one instance. `absent` only when the provider does not know it; shortly after create this
   * may be lag, so it is a hint, not proof. Errors are a Failure, never `absent`.
   */
  get(id: InstanceId): Promise<Instance | 'absent'>;
  /**
   * Lists every instance of the provider account in every state, own and foreign: all pages, or a
   * Failure.
   */
  list(): Promise<readonly Instance[]>;
  /**
   * Destroys the instance. Safe to repeat. `accepted` is not proof; `absent` means that the
   * provider does not know it. Throws RateLimited, ProviderDown, BadReply, Unauthorised: then it
   * still runs.
   */
  destroy(id: InstanceId): Promise<'accepted' | 'absent'>;
  /**
   * The provider's charges between two instants, including destroyed instances: every billing
   * period of the provider that overlaps the span, as a whole.
   */
  charges(from: EpochMs, to: EpochMs): Promise<readonly ProviderCharge[]>;
  /** The prepaid balance, negative when overdrawn; null when the provider does not report it. */
  balance(): Promise<number | null>;
};

/** A provider under one key of this deployment. */
export type KeyedProvider = Provider & {
  /** The fingerprint of the key; nothing of the key can be read from it. */
  readonly key: string;
  /** The same provider under the key that was in use before; null when there is none. */
  readonly previous: KeyedProvider | null;
};
