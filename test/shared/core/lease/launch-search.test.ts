// The effect of one complete listing on an attempt without a recorded create response.

import { describe, expect, it } from 'vitest';
import { markOutcomeUnknown } from '../../../../shared/core/instance/attempt-moves.ts';
import { decideLaunchLook } from '../../../../shared/core/lease/launch-search.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndingLease,
} from '../../../support/builders/lease.ts';
import { aCard, aListing, aSighting } from '../../../support/builders/sightings.ts';

const launching = aLaunchingLease();

/** Not in the listing that started at `absentSince`; it may appear until 12:06. */
function unknownSince(absentSince: ReturnType<typeof at> | null): Lease {
  const attempt = currentAttempt(launching);
  if (attempt?.state !== 'recorded') throw new Error('it is on record');
  return withAttempt(launching, { ...markOutcomeUnknown(attempt), absentSince });
}

const look = (lease: Lease, listing: ReturnType<typeof aListing>, attempt = 1) =>
  decideLaunchLook(
    lease,
    { input: { leaseId: lease.id, generation: 1 }, attempt, listing, card: aCard() },
    listing.listedAt,
  );

describe('an instance with the tag of the attempt', () => {
  it.each([
    ['recorded', launching],
    ['unknown', unknownSince(at('12:04'))],
  ])('confirms an attempt that is %s: it boots', (_state, lease) => {
    const { commit, result } = look(lease, aListing(at('12:05'), aSighting(1)));
    expect(commit).toMatchObject({
      state: 'booting',
      attempts: [{ state: 'created', instanceId: anInstanceId(), createdAt: at('12:01') }],
    });
    expect(commit?.outbox.events.at(-1)?.type).toBe('instance-found');
    expect(result).toEqual({ kind: 'done', output: { timeoutSeconds: 600 } });
  });

  it('confirms nothing when the tag is of another attempt', () => {
    const { result } = look(launching, aListing(at('12:05'), aSighting(2)));
    expect(result.kind).toBe('still-unknown');
  });
});

describe('a listing without it', () => {
  it('proves nothing while create can still take effect', () => {
    const { commit, result } = look(launching, aListing(at('12:05:59')));
    expect(commit?.attempts).toMatchObject([{ state: 'unknown', absentSince: null }]);
    expect(result).toMatchObject({ kind: 'still-unknown' });
  });

  it('counts after that, and a second one closes the attempt', () => {
    const first = look(unknownSince(null), aListing(at('12:06')));
    expect(first.commit?.attempts).toMatchObject([{ absentSince: at('12:06') }]);
    const second = look(unknownSince(at('12:06')), aListing(at('12:06:30')));
    expect(second.commit).toMatchObject({
      state: 'launching',
      attempts: [{ state: 'never-created' }],
    });
    expect(second.commit?.outbox.events.at(-1)?.type).toBe('instance-not-created');
    expect(second.result.kind).toBe('offer-gone');
  });
});

describe('a search', () => {
  it('continues with a create outcome recorded in the meantime', () => {
    const { commit, result } = look(aBootingLease(), aListing(at('12:05')));
    expect(commit).toBeNull();
    expect(result).toEqual({ kind: 'done', output: { timeoutSeconds: 600 } });
  });

  it('decides nothing for an older attempt', () => {
    expect(look(launching, aListing(at('12:07'), aSighting(2)), 2)).toMatchObject({
      commit: null,
      result: { kind: 'offer-gone' },
    });
  });

  it('changes nothing for a lease that is over or active', () => {
    const over = look(anEndingLease(launching), aListing(at('12:07'), aSighting(1)));
    expect(over).toMatchObject({ commit: null, result: { kind: 'lease-over' } });
    expect(look(anActiveLease(), aListing(at('12:07')))).toMatchObject({
      commit: null,
      result: { kind: 'done' },
    });
  });
});
