// A snapshot of one provider's offers.

import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../../shared/core/base/time.ts';
import { isUsable, snapshotOf } from '../../../../shared/core/menu/snapshot.ts';
import { at } from '../../../support/builders/base.ts';

describe('a snapshot', () => {
  it('can be chosen from for half an hour', () => {
    const snapshot = snapshotOf('vastai', [], at('12:00'));
    expect(isUsable(snapshot, at('12:30'))).toBe(true);
    expect(isUsable(snapshot, at('12:30:01'))).toBe(false);
  });

  it('has a version that sorts by its time, for any number of digits', () => {
    const version = (instant: number) => snapshotOf('vastai', [], epochMs(instant)).version;
    const inOrder = [999, 1_000, 999_999_999_999, 1_000_000_000_000].map(version);
    expect(inOrder.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(inOrder);
  });
});
