// The effect of one complete listing on a retiring attempt.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import { acceptDestroy } from '../../../../shared/core/instance/attempt-moves.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { decideRetirement } from '../../../../shared/core/lease/retirement.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';
import {
  aBootingLease,
  anEndingLease,
  aRequestedLease,
  aRetiringLease,
} from '../../../support/builders/lease.ts';
import { aListing, aSighting } from '../../../support/builders/sightings.ts';

const given = aRetiringLease();

/**
 * Its destroy was accepted at 12:20; the listing that started at `absentSince` does not show it.
 */
function destroyed(absentSince: ReturnType<typeof at> | null = null): Lease {
  const attempt = currentAttempt(given);
  if (attempt?.state !== 'retiring') throw new Error('it was given up');
  return withAttempt(given, { ...acceptDestroy(attempt, at('12:20')), absentSince });
}

const absent = new Set([anInstanceId()]);
const input = { leaseId: given.id, generation: 1 };
const decide = (lease: Lease, listing: ReturnType<typeof aListing>) =>
  decideRetirement(
    lease,
    { input, listing, listLag: seconds(30), absent, last: new Map() },
    listing.listedAt,
  );

describe('a listing without the instance', () => {
  it('counts as the first, and a second one closes the attempt', () => {
    const first = decide(destroyed(), aListing(at('12:20:10')));
    expect(first.commit?.attempts).toMatchObject([{ absentSince: at('12:20:10') }]);
    expect(first.result).toMatchObject({ destroys: [], outcome: { kind: 'absence-pending' } });
    const second = decide(destroyed(at('12:20:10')), aListing(at('12:20:40')));
    expect(second.commit?.attempts).toMatchObject([{ state: 'gone', reason: 'boot-timeout' }]);
    expect(second.commit?.outbox.events.at(-1)?.type).toBe('attempt-gone');
    expect(second.result.outcome.kind).toBe('done');
  });

  it('proves nothing while the destroy is not accepted', () => {
    expect(decide(given, aListing(at('12:40')))).toMatchObject({
      commit: null,
      result: { outcome: { kind: 'absence-pending' } },
    });
  });
});

describe('a listing with the instance', () => {
  it('destroys it again, with the reason of the retirement', () => {
    const { commit, result } = decide(destroyed(), aListing(at('12:21'), aSighting(1)));
    expect(commit?.attempts).toMatchObject([{ destroyAcceptedAt: null, lastSeenAt: at('12:21') }]);
    expect(result.outcome.kind).toBe('still-present');
    expect(result.destroys).toMatchObject([
      { attempt: 1, instanceId: anInstanceId(), reason: 'boot-timeout' },
    ]);
  });

  it('changes nothing within the list lag', () => {
    expect(decide(destroyed(), aListing(at('12:20:29'), aSighting(1)))).toMatchObject({
      commit: null,
      result: { destroys: [], outcome: { kind: 'still-present' } },
    });
  });

  it('does not count when it shows another attempt only', () => {
    const { result } = decide(
      destroyed(),
      aListing(at('12:21'), aSighting(2, { id: anInstanceId('9') })),
    );
    expect(result.outcome.kind).toBe('absence-pending');
  });
});

describe('a retirement', () => {
  it('changes nothing for a lease that is over or has nothing to retire', () => {
    const over = decide(anEndingLease(aBootingLease()), aListing(at('12:31'), aSighting(1)));
    expect(over).toMatchObject({ commit: null, result: { outcome: { kind: 'lease-over' } } });
    const waiting = decide(aRequestedLease(), aListing(at('12:31')));
    expect(waiting).toMatchObject({ commit: null, result: { outcome: { kind: 'done' } } });
  });
});
