// Laws of absence rounds: for any attempts and any listing, no attempt is closed whose instance may
// exist.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import { isClosed, isUnanswered } from '../../../../shared/core/instance/attempt.ts';
import { decideAbsenceRound } from '../../../../shared/core/lease/absence-round.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { isDestroyAccepted, unacceptedTargets } from '../../../../shared/core/lease/teardown.ts';
import { anyEndingLease, anyListing } from '../../../support/builders/arbitraries.ts';
import { anInstanceId } from '../../../support/builders/base.ts';

const listLag = seconds(30);
/** The provider says of every id that it does not know it. */
const absent = new Set([1, 2, 3].map((number) => anInstanceId(`i${number}`)));

const closedNumbers = ({ attempts }: Pick<Lease, 'attempts'>): readonly number[] =>
  attempts.filter(isClosed).map(({ number }) => number);

describe('an absence round', () => {
  it('closes nothing while an instance is listed or a destroy is unaccepted', () => {
    fc.assert(
      fc.property(anyEndingLease, anyListing, (lease, listing) => {
        const { commit } = decideAbsenceRound(
          lease,
          { listing, listLag, absent, last: new Map() },
          listing.listedAt,
        );
        const open = listing.rows.length > 0 || unacceptedTargets(lease).length > 0;
        if (open && commit !== null) expect(closedNumbers(commit)).toEqual(closedNumbers(lease));
      }),
      { numRuns: 2_000 },
    );
  });

  it('closes an attempt only by two listings after its last possible effect', () => {
    fc.assert(
      fc.property(anyEndingLease, anyListing, (lease, listing) => {
        const { commit } = decideAbsenceRound(
          lease,
          { listing, listLag, absent, last: new Map() },
          listing.listedAt,
        );
        const closed = commit?.attempts.filter(
          (attempt, place) => isClosed(attempt) && !isClosed(lease.attempts[place] ?? attempt),
        );
        for (const attempt of closed ?? []) {
          if (!isClosed(attempt) || attempt.state === 'refused') throw new Error('not proved');
          if (attempt.proof.by !== 'listings') throw new Error('not proved by listings');
          const { from, until } = attempt.proof;
          expect(until - from).toBeGreaterThanOrEqual(listLag);
          const before = lease.attempts.find(({ number }) => number === attempt.number);
          if (before === undefined) throw new Error('it was there before');
          if (isUnanswered(before)) expect(from).toBeGreaterThanOrEqual(before.mayLandUntil);
          if (before.state === 'retiring') {
            expect(from).toBeGreaterThanOrEqual(before.destroyAcceptedAt ?? Number.NaN);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('closes no verified attempt whose id the provider has not said that it does not know', () => {
    fc.assert(
      fc.property(anyEndingLease, anyListing, fc.subarray([...absent]), (lease, listing, some) => {
        const facts = { listing, listLag, absent: new Set(some), last: new Map() };
        const { commit } = decideAbsenceRound(lease, facts, listing.listedAt);
        for (const attempt of commit?.attempts ?? []) {
          const before = lease.attempts.find(({ number }) => number === attempt.number);
          if (before === undefined || attempt.state !== 'gone' || isClosed(before)) continue;
          expect(some).toContain(attempt.instanceId);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('destroys listed instances, except recently destroyed and unrecorded ones', () => {
    fc.assert(
      fc.property(anyEndingLease, anyListing, (lease, listing) => {
        const { commit, result } = decideAbsenceRound(
          lease,
          { listing, listLag, absent, last: new Map() },
          listing.listedAt,
        );
        const destroyed = result.destroys.map(({ attempt }) => attempt);
        for (const { owner } of commit === null ? [] : listing.rows) {
          if (owner === null) continue;
          const attempt = lease.attempts.find(({ number }) => number === owner.attempt);
          const spared = attempt === undefined || isDestroyAccepted(attempt);
          if (!spared) expect(destroyed).toContain(owner.attempt);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('always commits a lease that is not proved absent', () => {
    fc.assert(
      fc.property(anyEndingLease, anyListing, (lease, listing) => {
        const { commit, result } = decideAbsenceRound(
          lease,
          { listing, listLag, absent, last: new Map() },
          listing.listedAt,
        );
        const proved = lease.attempts.every(isClosed);
        expect(commit === null).toBe(proved);
        if (proved) expect(result.outcome.kind).toBe('done');
      }),
    );
  });
});
