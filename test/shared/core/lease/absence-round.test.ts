// What one complete listing makes of an ending lease.

import { describe, expect, it } from 'vitest';
import { before, hours, seconds } from '../../../../shared/core/base/time.ts';
import { decideAbsenceRound, skipRound } from '../../../../shared/core/lease/absence-round.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { applyDestroyOutcome, heldTargets } from '../../../../shared/core/lease/teardown.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';
import {
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  withAllClosed,
} from '../../../support/builders/lease.ts';
import { aListing, aSighting } from '../../../support/builders/sightings.ts';

/** Its destroy was accepted at 12:31. */
function destroyedLease() {
  const lease = anEndingLease();
  const [target] = heldTargets(lease);
  if (target === undefined) throw new Error('an ending lease holds an instance');
  const last = { usage: null, seenAt: [] };
  const next = applyDestroyOutcome(lease, { ...target, how: 'accepted', last }, at('12:31'));
  if (next.state !== 'ending') throw new Error('it still ends');
  return next;
}

const listLag = seconds(30);
const round = (lease: Lease, listing: ReturnType<typeof aListing>) =>
  decideAbsenceRound(lease, { listing, listLag }, listing.listedAt);
const lastEvent = (lease: Lease | null) => lease?.outbox.events.at(-1)?.type;

describe('an empty listing', () => {
  it('after the accepted destroy is the first of two', () => {
    const { commit, result } = round(destroyedLease(), aListing(at('12:31:05')));
    expect(commit).toMatchObject({ state: 'ending', absentSince: at('12:31:05') });
    expect(lastEvent(commit)).toBe('absence-first-seen');
    expect(result).toMatchObject({ destroys: [], outcome: { kind: 'absence-pending' } });
  });

  it('the list lag after the first proves the absence of every attempt', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31:05') };
    const early = round(lease, aListing(at('12:31:34')));
    expect(early.result.outcome.kind).toBe('absence-pending');
    const { commit, result } = round(lease, aListing(at('12:31:35')));
    expect(commit?.attempts).toMatchObject([{ state: 'gone' }]);
    expect(lastEvent(commit)).toBe('absence-proved');
    expect(result).toEqual({ destroys: [], outcome: { kind: 'done', output: null } });
  });

  it('says so only the first time', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31:05') };
    const { commit } = round(lease, aListing(at('12:31:20')));
    expect(commit?.lastEvent).toBe(lease.lastEvent);
    expect(commit).toMatchObject({ absentSince: at('12:31:05') });
  });

  it('proves nothing while a destroy is still to be accepted, which is asked for now', () => {
    const lease = { ...anEndingLease(), absentSince: at('12:31') };
    const { commit, result } = round(lease, aListing(at('12:40')));
    expect(commit).toMatchObject({ absentSince: null, attempts: [{ state: 'created' }] });
    expect(result.outcome.kind).toBe('absence-pending');
    expect(result.destroys).toEqual(heldTargets(lease));
  });

  it('proves nothing while an unanswered create may still land', () => {
    const lease = anEndingLease(aLaunchingLease());
    const { commit } = round(lease, aListing(at('12:05')));
    expect(commit).toMatchObject({ absentSince: null });
    const waited = { ...lease, absentSince: at('12:06') };
    expect(round(waited, aListing(at('12:06:30'))).commit?.attempts).toMatchObject([
      { state: 'never-created' },
    ]);
  });
});

describe('a listing that shows an instance', () => {
  it('within the list lag of its destroy starts the proof over and destroys nothing', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31') };
    const { commit, result } = round(lease, aListing(at('12:31:20'), aSighting(1)));
    expect(commit).toEqual({ ...lease, absentSince: null });
    expect(result).toMatchObject({ destroys: [], outcome: { kind: 'absence-pending' } });
  });

  it('long after its destroy was accepted destroys it again and slows down', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31:30') };
    const { commit, result } = round(lease, aListing(at('12:33'), aSighting(1)));
    expect(commit).toMatchObject({ absentSince: null });
    expect(commit?.attempts).toMatchObject([{ destroyAcceptedAt: null, lastSeenAt: at('12:33') }]);
    expect(lastEvent(commit)).toBe('instance-still-present');
    expect(result.destroys).toMatchObject([{ attempt: 1, instanceId: anInstanceId() }]);
    expect(result.outcome.kind).toBe('still-present');
  });

  it('whose destroy was never accepted is destroyed and looked for again soon', () => {
    const { result } = round(anEndingLease(), aListing(at('12:33'), aSighting(1)));
    expect(result.destroys).toHaveLength(1);
    expect(result.outcome.kind).toBe('absence-pending');
  });

  it('of a create without an answer is known from then on, and destroyed', () => {
    const lease = anEndingLease(aLaunchingLease());
    const { commit, result } = round(lease, aListing(at('12:33'), aSighting(1)));
    expect(commit === null ? null : currentAttempt(commit)).toMatchObject({
      state: 'created',
      instanceId: anInstanceId(),
    });
    expect(result.destroys).toMatchObject([{ attempt: 1, reason: 'lease-ended' }]);
  });

  it('with the tag of an attempt that is not on record is left to the sweep', () => {
    const { result } = round(anEndingLease(), aListing(at('12:33'), aSighting(9)));
    expect(result.destroys).toEqual([]);
  });

  it('under a tag that another instance has is destroyed by its own id', () => {
    const twin = aSighting(1, { id: anInstanceId('4712') });
    const { result } = round(destroyedLease(), aListing(at('12:33'), aSighting(1), twin));
    expect(result.destroys.map(({ instanceId }) => instanceId)).toEqual(['4711', '4712']);
  });
});

describe('a round', () => {
  const input = { leaseId: anEndingLease().id, generation: 1, startedAt: at('12:30') };

  it('is not made for a lease that is proved, over or not ending', () => {
    const done = { kind: 'done', output: null };
    for (const lease of [withAllClosed(anEndingLease()), anEndedLease(), anActiveLease()]) {
      expect(skipRound(lease, input, at('12:31'))).toEqual(done);
      expect(round(lease, aListing(at('12:33'), aSighting(1)))).toEqual({
        commit: null,
        result: { destroys: [], outcome: done },
      });
    }
  });

  it('is not made by an older generation, nor after a day', () => {
    const lease = { ...anEndingLease(), generation: 2 };
    expect(skipRound(lease, input, at('12:31'))).toMatchObject({ kind: 'superseded' });
    const started = { ...input, startedAt: at('00:00') };
    expect(skipRound(anEndingLease(), started, at('23:00'))).toBeNull();
    const late = { ...input, startedAt: before(at('12:31'), hours(25)) };
    expect(skipRound(anEndingLease(), late, at('12:31'))).toMatchObject({
      kind: 'teardown-overdue',
    });
  });
});
