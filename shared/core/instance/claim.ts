// Whose a listed instance is, for the attempts of one lease. Nothing that a provider says is
// believed beyond what it can know: a label may be rewritten, a number wrong or used again. What is
// not surely ours is never destroyed; what may be ours is never proved gone.

import type { InstanceId, LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import { before } from '../base/time.ts';
import { type Attempt, isClosed, isUnanswered } from './attempt.ts';
import { type Birth, isSameBirth } from './birth.ts';
import type { Instance } from './instance.ts';
import { isCutFrom, isNearMiss, ownerIn, prefixOfLease } from './ownership.ts';
import type { Row, Sighting } from './sighting.ts';

/** What a row is to one attempt; null when it has nothing to do with it. */
export type Claim =
  /** The row carries the attempt's exact tag. */
  | 'tagged'
  /** The row is the attempt's instance by what does not change with its label. */
  | 'born-ours'
  /** The row has the id that the attempt holds, and is another instance. */
  | 'not-ours'
  /** The row may be the attempt's instance, and nothing confirms it. */
  | 'doubtful';

/** The lease whose attempts are compared with rows. */
export type Claimant = {
  readonly id: LeaseId;
  readonly attempts: readonly Attempt[];
  /** Ids that attempts of other leases have verified. */
  readonly verifiedElsewhere?: ReadonlySet<InstanceId>;
};

/** Whether the creation time fits the attempt's create call; null when it is not reported. */
function fitsWindow({ recordedAt, mayLandUntil }: Attempt, { createdAt }: Birth): boolean | null {
  if (createdAt === null) return null;
  return createdAt >= before(recordedAt, policy.ownership.maxClockLag) && createdAt <= mayLandUntil;
}

const isTagged = ({ instance, owner }: Row, attempt: Attempt, leaseId: LeaseId): boolean =>
  instance.label === attempt.tag ||
  (owner !== null && owner.leaseId === leaseId && owner.attempt === attempt.number);

const bornAtOffer = ({ offer }: Attempt, { hostId }: Birth): boolean => hostId === offer.hostId;

/** Whether the provider may have cut the tag to this label, however short; no label is the end. */
const mayBeCut = ({ label }: Instance, { tag }: Attempt): boolean => tag.startsWith(label ?? '');

const keptBirth = (attempt: Attempt): Birth | null => ('birth' in attempt ? attempt.birth : null);

/** Whether the row is surely another instance than the one that the attempt holds. */
function isOther({ instance, owner }: Row, attempt: Attempt, verifiedByOther: boolean): boolean {
  if (owner !== null || verifiedByOther || fitsWindow(attempt, instance.birth) === false) {
    return true;
  }
  const [kept, reported] = [keptBirth(attempt)?.createdAt ?? null, instance.birth.createdAt];
  return kept !== null && reported !== null && kept !== reported;
}

/** A row at the id that the attempt holds. */
function claimOfHeld(row: Row, attempt: Attempt, verifiedByOther: boolean): Claim {
  const { instance } = row;
  const birth = keptBirth(attempt);
  if (birth !== null && isSameBirth(birth, instance.birth)) return 'born-ours';
  if (isOther(row, attempt, verifiedByOther)) return 'not-ours';
  if (isCutFrom(instance.label, attempt.tag)) return 'born-ours';
  const fits = fitsWindow(attempt, instance.birth) === true && bornAtOffer(attempt, instance.birth);
  return mayBeCut(instance, attempt) && fits ? 'born-ours' : 'doubtful';
}

/** A row at any other id. */
function claimOfOther({ instance, owner }: Row, attempt: Attempt): Claim | null {
  const fits = fitsWindow(attempt, instance.birth);
  if (owner !== null || fits === false) return null;
  if (isCutFrom(instance.label, attempt.tag)) return 'born-ours';
  if (isClosed(attempt)) return null;
  if (isUnanswered(attempt) && instance.unreadable.includes('label')) return 'doubtful';
  if (isNearMiss(instance.label, prefixOfLease(attempt.tag))) return 'doubtful';
  // Its label may have been rewritten before anybody saw it.
  const mayBe = isUnanswered(attempt) && fits === true && bornAtOffer(attempt, instance.birth);
  return mayBe ? 'doubtful' : null;
}

/** A row without a readable id, for which no call can be made. */
function claimOfNameless(row: Row, attempt: Attempt, lease: Claimant): Claim | null {
  if (isClosed(attempt)) return null;
  const birth = keptBirth(attempt);
  const isSame = birth !== null && isSameBirth(birth, row.instance.birth);
  const mayBe = isSame || isTagged(row, attempt, lease.id) || claimOfOther(row, attempt) !== null;
  return mayBe ? 'doubtful' : null;
}

/** What the row is to the attempt. */
export function claimOf(row: Row, attempt: Attempt, lease: Claimant): Claim | null {
  const { id, unreadable } = row.instance;
  if (unreadable.includes('id')) return claimOfNameless(row, attempt, lease);
  if (isTagged(row, attempt, lease.id)) return 'tagged';
  const held = 'instanceId' in attempt && attempt.instanceId === id && !isClosed(attempt);
  if (!held) return claimOfOther(row, attempt);
  const peers = lease.attempts.filter(({ number }) => number !== attempt.number);
  const byPeer = peers.some(
    (peer) => keptBirth(peer) !== null && 'instanceId' in peer && peer.instanceId === id,
  );
  return claimOfHeld(row, attempt, byPeer || lease.verifiedElsewhere?.has(id) === true);
}

/** A row with what it is to one attempt. */
export type Claimed = Sighting & { readonly claim: Claim };

const WEIGHT: readonly Claim[] = ['tagged', 'born-ours', 'doubtful', 'not-ours'];

/** What the row is to the lease: of its attempts, the one with the strongest claim counts. */
function strongest(row: Row, lease: Claimant): Claimed | null {
  const claims = lease.attempts.flatMap((attempt) => {
    const claim = claimOf(row, attempt, lease);
    return claim === null
      ? []
      : [{ instance: row.instance, owner: ownerIn(attempt.tag), claim } satisfies Claimed];
  });
  const [first] = claims.toSorted((a, b) => WEIGHT.indexOf(a.claim) - WEIGHT.indexOf(b.claim));
  if (first !== undefined) return first;
  // A valid tag of this lease whose attempt it does not have on record.
  if (row.owner?.leaseId !== lease.id) return null;
  return { instance: row.instance, owner: row.owner, claim: 'tagged' };
}

/** Whether the row is surely an instance of the lease. */
export const isOurs = ({ claim }: Claimed): boolean => claim === 'tagged' || claim === 'born-ours';

/** The rows of a complete listing that have to do with a lease. */
export type Claims = {
  /** Instances of the lease, of any attempt. */
  readonly ours: readonly Claimed[];
  readonly doubtful: readonly Claimed[];
  /** Other instances at an id that an attempt holds. */
  readonly notOurs: readonly Claimed[];
};

/** Separates the rows of a listing by what they are to the lease. */
export function claimsOf(rows: readonly Row[], lease: Claimant): Claims {
  const claimed = rows.flatMap((row) => strongest(row, lease) ?? []);
  return {
    ours: claimed.filter(isOurs),
    doubtful: claimed.filter(({ claim }) => claim === 'doubtful'),
    notOurs: claimed.filter(({ claim }) => claim === 'not-ours'),
  };
}
