// The record of a sweep, which the next one reads.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import {
  lastShown,
  openWhenSwept,
  type SweepRecord,
  wasIdle,
} from '../../../../shared/core/sweep/record.ts';
import { aLeaseId, at } from '../../../support/builders/base.ts';
import { aSweepRecord } from '../../../support/builders/sweeps.ts';

describe('a record', () => {
  it('gives the number of open leases, by the provider with the most', () => {
    expect(openWhenSwept([aSweepRecord({ open: 3 }), null, aSweepRecord({ open: 5 })])).toBe(5);
    expect(openWhenSwept([null])).toBe(0);
    expect(openWhenSwept([])).toBe(0);
  });

  it('of an idle sweep lets the next ones be skipped for five minutes', () => {
    const idle = (change: Partial<SweepRecord>, now = at('12:02')) =>
      wasIdle(aSweepRecord(change), now);
    expect(idle({})).toBe(true);
    // A sweep that is some seconds early counts as on time.
    expect(idle({}, at('12:04:44'))).toBe(true);
    expect(idle({}, at('12:04:45'))).toBe(false);
    expect(idle({ open: 1 })).toBe(false);
    expect(idle({ failure: 'listing: ProviderDown' })).toBe(false);
    expect(idle({ sightings: { 'instance:1': at('12:00') } })).toBe(false);
  });

  it('gives the last listing that shows an instance, or its last sighting', () => {
    const lease = { id: aLeaseId(), activeAt: at('11:59:30') };
    const lag = seconds(30);
    expect(lastShown(aSweepRecord(), lease, lag)).toBe(at('12:00'));
    expect(lastShown(aSweepRecord(), { ...lease, activeAt: at('11:59:31') }, lag)).toBeNull();
    const missed = aSweepRecord({ lastShown: { [aLeaseId()]: at('11:50') } });
    expect(lastShown(missed, lease, lag)).toBe(at('11:50'));
    expect(lastShown(null, lease, lag)).toBeNull();
  });
});
