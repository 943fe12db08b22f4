// The effect of one complete listing on an ending lease.

import { describe, expect, it } from 'vitest';
import { before, hours, seconds, after as timeAfter } from '../../../../shared/core/base/time.ts';
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
  const last = { usage: null, runningSince: null, seenAt: [] };
  const next = applyDestroyOutcome(lease, { ...target, how: 'accepted', last }, at('12:31'));
  if (next.state !== 'ending') throw new Error('it still ends');
  return next;
}

const listLag = seconds(30);
const absent = new Set([anInstanceId()]);
const round = (lease: Lease, listing: ReturnType<typeof aListing>) =>
  decideAbsenceRound(lease, { listing, listLag, absent, last: new Map() }, listing.listedAt);
const lastEvent = (lease: Lease | null) => lease?.outbox.events.at(-1)?.type;

describe('an empty listing', () => {
  it('is the first of two after the accepted destroy', () => {
    const { commit, result } = round(destroyedLease(), aListing(at('12:31:05')));
    expect(commit).toMatchObject({ state: 'ending', absentSince: at('12:31:05') });
    expect(lastEvent(commit)).toBe('absence-first-seen');
    expect(result).toMatchObject({ destroys: [], outcome: { kind: 'absence-pending' } });
  });

  it('is no proof before the provider says that it does not know the verified id', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31:05') };
    const facts = {
      ...{ listing: aListing(at('12:31:35')), listLag },
      ...{ absent: new Set<never>(), last: new Map() },
    };
    const { commit, result } = decideAbsenceRound(lease, facts, at('12:31:35'));
    expect(commit?.attempts).toMatchObject([{ state: 'retiring' }]);
    expect(result).toMatchObject({ unread: [{ instanceId: anInstanceId() }], destroys: [] });
  });

  it('proves the absence of every attempt when it is the list lag after the first', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31:05') };
    const early = round(lease, aListing(at('12:31:34')));
    expect(early.result.outcome.kind).toBe('absence-pending');
    const { commit, result } = round(lease, aListing(at('12:31:35')));
    expect(commit?.attempts).toMatchObject([{ state: 'gone' }]);
    expect(lastEvent(commit)).toBe('absence-proved');
    expect(result).toMatchObject({ destroys: [], outcome: { kind: 'done', output: null } });
  });

  it('adds its event only the first time', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31:05') };
    const { commit } = round(lease, aListing(at('12:31:20')));
    expect(commit?.lastEvent).toBe(lease.lastEvent);
    expect(commit).toMatchObject({ absentSince: at('12:31:05') });
  });

  it('proves nothing before every destroy is accepted, and repeats the missing one', () => {
    const lease = { ...anEndingLease(), absentSince: at('12:31') };
    const { commit, result } = round(lease, aListing(at('12:40')));
    expect(commit).toMatchObject({ absentSince: null, attempts: [{ state: 'created' }] });
    expect(result.outcome.kind).toBe('absence-pending');
    expect(result.destroys).toEqual(heldTargets(lease));
  });

  it('proves nothing while an unanswered create can still take effect', () => {
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
  it('restarts the proof and destroys nothing within the list lag of the destroy', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31') };
    const { commit, result } = round(lease, aListing(at('12:31:20'), aSighting(1)));
    expect(commit).toEqual({ ...lease, absentSince: null });
    expect(result).toMatchObject({ destroys: [], outcome: { kind: 'absence-pending' } });
  });

  it('destroys it again with a longer pause after the list lag', () => {
    const lease = { ...destroyedLease(), absentSince: at('12:31:30') };
    const { commit, result } = round(lease, aListing(at('12:33'), aSighting(1)));
    expect(commit).toMatchObject({ absentSince: null });
    expect(commit?.attempts).toMatchObject([{ destroyAcceptedAt: null, lastSeenAt: at('12:33') }]);
    expect(lastEvent(commit)).toBe('instance-still-present');
    expect(result.destroys).toMatchObject([{ attempt: 1, instanceId: anInstanceId() }]);
    expect(result.outcome.kind).toBe('still-present');
  });

  it('destroys it and checks again soon when no destroy was accepted', () => {
    const { result } = round(anEndingLease(), aListing(at('12:33'), aSighting(1)));
    expect(result.destroys).toHaveLength(1);
    expect(result.outcome.kind).toBe('absence-pending');
  });

  it('confirms and destroys the instance of an unanswered create', () => {
    const lease = anEndingLease(aLaunchingLease());
    const { commit, result } = round(lease, aListing(at('12:33'), aSighting(1)));
    expect(commit === null ? null : currentAttempt(commit)).toMatchObject({
      state: 'created',
      instanceId: anInstanceId(),
    });
    expect(result.destroys).toMatchObject([{ attempt: 1, reason: 'lease-ended' }]);
  });

  it('leaves the tag of an unrecorded attempt to the sweep', () => {
    const { result } = round(
      anEndingLease(),
      aListing(at('12:33'), aSighting(9, { id: anInstanceId('9') })),
    );
    expect(result.destroys).toEqual([]);
  });

  it('is no proof while it shows one that may be of the lease', () => {
    const lease = { ...anEndingLease(aLaunchingLease()), absentSince: at('12:40') };
    const doubtful = aSighting(1, { label: 'renamed' });
    const { commit, result } = round(lease, aListing(at('12:41'), { ...doubtful, owner: null }));
    expect(commit).toMatchObject({ absentSince: null, attempts: [{ doubtfulSince: at('12:41') }] });
    expect(lastEvent(commit)).toBe('instance-doubtful');
    expect(result).toMatchObject({ destroys: [], outcome: { kind: 'absence-pending' } });
  });

  it('destroys a second instance with the same tag by its own id', () => {
    const twin = aSighting(1, { id: anInstanceId('4712') });
    const { result } = round(destroyedLease(), aListing(at('12:33'), aSighting(1), twin));
    expect(result.destroys.map(({ instanceId }) => instanceId)).toEqual(['4711', '4712']);
  });
});

describe('a round', () => {
  const input = { leaseId: anEndingLease().id, generation: 1, startedAt: at('12:30') };

  it('does nothing for a lease that is proved absent, ended or not ending', () => {
    const done = { kind: 'done', output: null };
    for (const lease of [withAllClosed(anEndingLease()), anEndedLease(), anActiveLease()]) {
      expect(skipRound(lease, input, at('12:31'))).toEqual(done);
      expect(round(lease, aListing(at('12:33'), aSighting(1)))).toEqual({
        commit: null,
        result: { destroys: [], unread: [], outcome: done },
      });
    }
  });

  it('does nothing for an older generation, or after a day', () => {
    const lease = { ...anEndingLease(), generation: 2 };
    expect(skipRound(lease, input, at('12:31'))).toMatchObject({ kind: 'superseded' });
    const started = { ...input, startedAt: at('00:00') };
    expect(skipRound(anEndingLease(), started, at('23:00'))).toBeNull();
    const dayLater = timeAfter(anEndingLease().endingAt, hours(25));
    expect(skipRound(anEndingLease(), started, dayLater)).toMatchObject({
      kind: 'teardown-overdue',
    });
  });

  it('gives a lease that served for days, and a later execution, a whole day', () => {
    const days = { ...input, startedAt: before(at('12:31'), hours(72)) };
    expect(skipRound(anEndingLease(), days, at('12:31'))).toBeNull();
    const dayLater = timeAfter(anEndingLease().endingAt, hours(25));
    expect(skipRound(anEndingLease(), { ...input, startedAt: dayLater }, dayLater)).toBeNull();
  });
});
