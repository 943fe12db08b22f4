// What one complete listing makes of an attempt that was given up.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import { acceptDestroy } from '../../../../shared/core/instance/attempt-moves.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { decideRetirement, retireCurrent } from '../../../../shared/core/lease/retirement.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';
import { aBootingLease, anEndingLease, aRequestedLease } from '../../../support/builders/lease.ts';
import { aListing, aSighting } from '../../../support/builders/sightings.ts';

const given = retireCurrent(aBootingLease());

/** Its destroy was accepted at 12:20; a listing started at `absentSince` missed it. */
function destroyed(absentSince: ReturnType<typeof at> | null = null): Lease {
  const attempt = currentAttempt(given);
  if (attempt?.state !== 'retiring') throw new Error('it was given up');
  return withAttempt(given, { ...acceptDestroy(attempt, at('12:20')), absentSince });
}

const input = { leaseId: given.id, generation: 1 };
const decide = (lease: Lease, listing: ReturnType<typeof aListing>) =>
  decideRetirement(lease, { input, listing, listLag: seconds(30) }, listing.listedAt);

describe('giving an attempt up', () => {
  it('marks an instance that was never ready as not booted in time', () => {
    expect(currentAttempt(given)).toMatchObject({ state: 'retiring', reason: 'boot-timeout' });
  });

  it('changes nothing where no instance is held', () => {
    const lease = aRequestedLease();
    expect(retireCurrent(lease)).toBe(lease);
    expect(retireCurrent(given)).toBe(given);
  });
});

describe('a listing without the instance', () => {
  it('is remembered first and agrees later, which closes the attempt', () => {
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
  it('destroys it again, for the reason it was given up', () => {
    const { commit, result } = decide(destroyed(), aListing(at('12:21'), aSighting(1)));
    expect(commit?.attempts).toMatchObject([{ destroyAcceptedAt: null, lastSeenAt: at('12:21') }]);
    expect(result.outcome.kind).toBe('still-present');
    expect(result.destroys).toMatchObject([
      { attempt: 1, instanceId: anInstanceId(), reason: 'boot-timeout' },
    ]);
  });

  it('within the list lag waits for the next one', () => {
    expect(decide(destroyed(), aListing(at('12:20:29'), aSighting(1)))).toMatchObject({
      commit: null,
      result: { destroys: [], outcome: { kind: 'still-present' } },
    });
  });

  it('of another attempt only says nothing about this one', () => {
    const { result } = decide(destroyed(), aListing(at('12:21'), aSighting(2)));
    expect(result.outcome.kind).toBe('absence-pending');
  });
});

describe('a retirement', () => {
  it('leaves a lease alone that is over or has nothing to retire', () => {
    const over = decide(anEndingLease(aBootingLease()), aListing(at('12:31'), aSighting(1)));
    expect(over).toMatchObject({ commit: null, result: { outcome: { kind: 'lease-over' } } });
    const waiting = decide(aRequestedLease(), aListing(at('12:31')));
    expect(waiting).toMatchObject({ commit: null, result: { outcome: { kind: 'done' } } });
  });
});
