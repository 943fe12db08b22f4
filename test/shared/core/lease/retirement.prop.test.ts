// The law of retirement: an attempt is closed only by a second listing without its instance, after
// its destroy was accepted.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import { decideRetirement } from '../../../../shared/core/lease/retirement.ts';
import { isDestroyAccepted } from '../../../../shared/core/lease/teardown.ts';
import { anyAttempt, anyListing } from '../../../support/builders/arbitraries.ts';
import { anInstanceId } from '../../../support/builders/base.ts';
import { aBootingLease } from '../../../support/builders/lease.ts';

const absent = new Set([anInstanceId('i1')]);
const input = { leaseId: aBootingLease().id, generation: 1 };

describe('a retirement', () => {
  it('closes its attempt only when it is not listed and its destroy is accepted', () => {
    let closed = 0;
    fc.assert(
      fc.property(anyAttempt(1), anyListing, (attempt, listing) => {
        const lease = { ...aBootingLease(), attempts: [attempt] };
        const facts = { input, listing, listLag: seconds(30), absent, last: new Map() };
        const { commit } = decideRetirement(lease, facts, listing.listedAt);
        if (commit?.attempts[0]?.state !== 'gone') return;
        closed += 1;
        expect(listing.rows.map(({ owner }) => owner?.attempt)).not.toContain(1);
        expect(isDestroyAccepted(attempt)).toBe(true);
        const { proof } = commit.attempts[0];
        if (proof.by !== 'listings') throw new Error('not proved by listings');
        expect(proof.until - proof.from).toBeGreaterThanOrEqual(seconds(30));
      }),
      { numRuns: 3_000 },
    );
    expect(closed).toBeGreaterThan(0);
  });
});
