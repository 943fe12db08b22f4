// The health of a provider's offers and sweep.

import { describe, expect, it } from 'vitest';
import { minutes } from '../../../../shared/core/base/time.ts';
import { snapshotOf } from '../../../../shared/core/menu/snapshot.ts';
import { menuHealth, sweepHealth } from '../../../../shared/core/operations/health.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer } from '../../../support/builders/instance.ts';
import { aSweepRecord } from '../../../support/builders/sweeps.ts';

describe('health', () => {
  it('of offers is their age, their number, and whether they can be chosen', () => {
    const snapshot = snapshotOf('vastai', [anOffer()], at('12:00'));
    const health = { provider: 'vastai', offers: 1 };
    expect(menuHealth('vastai', snapshot, at('12:30'))).toEqual({
      ...{ ...health, age: minutes(30), usable: true },
    });
    expect(menuHealth('vastai', snapshot, at('12:31'))).toMatchObject({ usable: false });
    expect(menuHealth('vastai', null, at('12:31'))).toEqual({
      ...{ provider: 'vastai', age: null, offers: 0, usable: false },
    });
  });

  it('of a sweep is the age of its last complete listing, and its failure since', () => {
    const failed = aSweepRecord({ startedAt: at('12:09'), failure: 'listing: ProviderDown' });
    expect(sweepHealth('vastai', failed, at('12:10'))).toEqual({
      ...{ provider: 'vastai', age: minutes(10), failure: 'listing: ProviderDown' },
    });
    const never = aSweepRecord({ listedAt: null });
    expect(sweepHealth('vastai', never, at('12:10'))).toMatchObject({ age: null, failure: null });
    expect(sweepHealth('vastai', null, at('12:10'))).toMatchObject({ age: null, failure: null });
  });
});
