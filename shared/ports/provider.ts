// What a use case may ask of a GPU marketplace, in our words. Each adapter keeps these promises or
// throws a Failure; one contract suite holds all of them to it.

import type { InstanceId } from '../core/base/ids.ts';
import type { EpochMs } from '../core/base/time.ts';
import type { ProviderCharge } from '../core/billing/reconcile.ts';
import type { ProviderCard } from '../core/instance/card.ts';
import type { Instance } from '../core/instance/instance.ts';
import type { CreateOutcome, LaunchSpec } from '../core/instance/launch.ts';
import type { Offer } from '../core/instance/offer.ts';
import type { Tag } from '../core/instance/ownership.ts';

export type Provider = {
  readonly card: ProviderCard;
  /**
   * Every offer that can be leased now, unverified hosts left out. A read: safe to repeat.
   * Complete or a Failure (RateLimited, ProviderDown, BadReply, Unauthorised); never a part.
   */
  search(): Promise<readonly Offer[]>;
  /**
   * Rents the offer; the tag is part of this request. NEVER safe to repeat. Anything but a definite
   * answer is `outcome-unknown`. Whatever the provider does, this returns and doesn't throw.
   */
  create(tag: Tag, offer: Offer, spec: LaunchSpec): Promise<CreateOutcome>;
  /**
   * Adds the SSH key to an instance whose start script carries it already. Safe to repeat. Never
   * throws for what the provider does: a refusal is an answer.
   */
  attachKey(id: InstanceId, publicKey: string): Promise<'attached' | 'refused'>;
  /**
   * One instance. `absent` only when the provider says it doesn't know it; shortly after create
   * that may be lag, so it is a hint and no proof. Errors are a Failure, never `absent`.
   */
  get(id: InstanceId): Promise<Instance | 'absent'>;
  /** Every instance of the account in every state, ours or not: all pages, or a Failure. */
  list(): Promise<readonly Instance[]>;
  /**
   * Asks the provider to end the instance. Safe to repeat. `accepted` is not proof; `absent` means
   * that the provider did not know it. Throws RateLimited, ProviderDown, BadReply, Unauthorised:
   * then it still runs.
   */
  destroy(id: InstanceId): Promise<'accepted' | 'absent'>;
  /**
   * What the provider charged between two instants, destroyed instances included: all of the
   * provider's own periods that the span touches, each as a whole. A read.
   */
  charges(from: EpochMs, to: EpochMs): Promise<readonly ProviderCharge[]>;
  /** What is left of the prepaid funds, below zero when overdrawn; null where it isn't reported. */
  balance(): Promise<number | null>;
};
