// What callers may read and do.

import { describe, expect, it } from 'vitest';
import { mustBeOperator, mustOwn } from '../../../../shared/core/base/caller.ts';
import { brandId, ConsumerId } from '../../../../shared/core/base/ids.ts';
import { aConsumer } from '../../../support/builders/base.ts';

const other = brandId(ConsumerId, '123456789012/other');
const forbidden = expect.objectContaining({ name: 'Forbidden' });

describe('a caller', () => {
  const consumer = { consumer: aConsumer, operator: false };
  const operator = { consumer: other, operator: true };

  it('can read its own records, and an operator all', () => {
    expect(mustOwn(consumer, aConsumer, 'books')).toBeUndefined();
    expect(mustOwn(operator, aConsumer, 'books')).toBeUndefined();
    expect(() => mustOwn(consumer, other, 'books')).toThrow(forbidden);
    expect(() => mustOwn(consumer, other, 'leases')).toThrow(
      'only operators can read the leases of other consumers',
    );
  });

  it('is Forbidden unless it is an operator', () => {
    expect(mustBeOperator(operator)).toBeUndefined();
    expect(() => mustBeOperator(consumer)).toThrow(forbidden);
  });
});
