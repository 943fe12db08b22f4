// Where a page ends and the next one begins.

import { describe, expect, it } from 'vitest';
import { nextPlace } from '../../../../shared/core/base/paging.ts';

describe('the next page', () => {
  it('goes on after the last item of a full one', () => {
    expect(nextPlace(['a', 'b'], 2)).toBe('b');
  });

  it('is none after one that is not full', () => {
    expect(nextPlace(['a'], 2)).toBeNull();
    expect(nextPlace([], 2)).toBeNull();
  });
});
