// Arbitrary leases and attempts for property tests, all built by the real moves.

import fc from 'fast-check';
import { after as afterwards, type EpochMs, seconds } from '../../../shared/core/base/time.ts';
import type { Attempt } from '../../../shared/core/instance/attempt.ts';
import {
  acceptDestroy,
  closeAttempt,
  closeNeverCreated,
  confirmAttempt,
  markOutcomeUnknown,
  observeRunning,
  refuseAttempt,
  retireAttempt,
} from '../../../shared/core/instance/attempt-moves.ts';
import type { Listing } from '../../../shared/core/instance/sighting.ts';
import type { Lease, LeaseIn } from '../../../shared/core/lease/lease.ts';
import { anInstanceId, at } from './base.ts';
import { anAttempt, aProof, aVerified } from './instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
} from './lease.ts';
import { aListing, aSighting } from './sightings.ts';

/** Any instant within 15 minutes after the builders' ending lease started to end. */
export const anyInstant: fc.Arbitrary<EpochMs> = fc
  .integer({ min: 0, max: 15 * 60 })
  .map((second) => afterwards(at('12:30'), seconds(second)));

const created = (number: number) =>
  aVerified(confirmAttempt(anAttempt(number), anInstanceId(`i${number}`), at('12:02')));

/** An attempt of this number in any state; destroys were accepted and missed at any instant. */
export function anyAttempt(number: number): fc.Arbitrary<Attempt> {
  const recorded = anAttempt(number);
  const running = observeRunning(created(number), at('12:03'));
  const retiring = retireAttempt(running, 'lease-ended');
  return fc.oneof(
    fc.constantFrom<Attempt>(
      recorded,
      markOutcomeUnknown(recorded),
      refuseAttempt(recorded, 'offer-gone'),
      closeNeverCreated(recorded, aProof()),
      created(number),
      running,
      retiring,
      closeAttempt(acceptDestroy(retiring, at('12:31')), aProof()),
    ),
    fc.tuple(anyInstant, fc.option(anyInstant)).map(([accepted, absentSince]) => ({
      ...acceptDestroy(retiring, accepted),
      absentSince,
    })),
  );
}

/** An ending lease with up to three attempts in any state; a listing may have omitted them. */
export const anyEndingLease: fc.Arbitrary<LeaseIn<'ending'>> = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 3),
    fc.tuple(anyAttempt(1), anyAttempt(2), anyAttempt(3)),
    fc.option(anyInstant),
  )
  .map(([count, attempts, absentSince]) => ({
    ...anEndingLease(),
    attempts: attempts.slice(0, count),
    absentSince,
  }));

/** A lease that is ending or ended. */
export const anyOverLease: fc.Arbitrary<LeaseIn<'ending' | 'ended'>> = fc.oneof(
  anyEndingLease,
  fc.constant(anEndedLease()),
);

/** A lease in any state. */
export const anyLease: fc.Arbitrary<Lease> = fc.oneof(
  anyOverLease,
  fc.constantFrom<Lease>(aRequestedLease(), aLaunchingLease(), aBootingLease(), anActiveLease()),
);

/** A listing at any instant that shows any instances of up to three attempts. */
export const anyListing: fc.Arbitrary<Listing> = fc
  .tuple(anyInstant, fc.subarray([1, 2, 3]))
  .map(([listedAt, numbers]) =>
    aListing(
      listedAt,
      ...numbers.map((number) => aSighting(number, { id: anInstanceId(`i${number}`) })),
    ),
  );
