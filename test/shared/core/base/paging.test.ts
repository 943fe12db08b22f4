// Where a page ends and the next one begins.

import { describe, expect, it } from 'vitest';
import { nextPlace } from '../../../../shared/core/base/paging.ts';

describe('the next page', () => {
  it('starts after the last item of a full page', () => {
    expect(nextPlace(['a', 'b'], 2)).toBe('b');
  });

  it('is null after a page that is not full', () => {
    expect(nextPlace(['a'], 2)).toBeNull();
    expect(nextPlace([], 2)).toBeNull();
  });
});
