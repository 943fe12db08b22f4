// Derived ids: the same request has the same lease id, another request another one.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseIdFor, requestHash } from '../../../shared/adapters/derive-ids.ts';
import { brandId, ConsumerId, LeaseId } from '../../../shared/core/base/ids.ts';
import { aConsumer } from '../../support/builders/base.ts';

const consumer = (text: string) => brandId(ConsumerId, text);

describe('leaseIdFor', () => {
  it('returns a lease id, the same for the same key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (key) => {
        const id = leaseIdFor(aConsumer, key);
        expect(LeaseId.safeParse(id).success).toBe(true);
        expect(leaseIdFor(aConsumer, key)).toBe(id);
      }),
    );
  });

  it('is the same in all releases, so that a repeat creates no second instance', () => {
    expect(leaseIdFor(aConsumer, 'my-key')).toBe('6wy6lp78gcbpboohpezv');
  });

  it('is different for another split of consumer and key', () => {
    const ids = [
      leaseIdFor(consumer('a'), 'bc'),
      leaseIdFor(consumer('ab'), 'c'),
      leaseIdFor(consumer('abc'), ''),
      leaseIdFor(consumer('a'), 'bc '),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  it('uses all characters evenly in every position', () => {
    const counts = new Map<string, number>();
    for (let number = 0; number < 3_600; number += 1) {
      const [first = ''] = leaseIdFor(aConsumer, `key ${number}`);
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    // 100 of each are expected; 5 standard deviations are 50.
    expect(counts.size).toBe(36);
    expect(Math.min(...counts.values())).toBeGreaterThan(50);
    expect(Math.max(...counts.values())).toBeLessThan(150);
  });
});

describe('requestHash', () => {
  it('is SHA-256 of the canonical text', () => {
    // printf '{"a":1,"b":[true,null]}' | sha256sum
    const hash = '1cc69c7fa23616ca2ec3ee70d24390a6225c8832db8a4c814c7e0e7f942f8668';
    expect(requestHash({ b: [true, null], a: 1 })).toBe(hash);
  });

  it('does not depend on the order of keys, however deep', () => {
    const one = { x: { b: 1, a: [{ d: 1, c: 2 }] }, a: 2 };
    const other = { a: 2, x: { a: [{ c: 2, d: 1 }], b: 1 } };
    expect(requestHash(one)).toBe(requestHash(other));
  });

  it('is the same for the value after JSON encoding', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(requestHash(JSON.parse(JSON.stringify(value)))).toBe(requestHash(value));
      }),
    );
  });

  it('ignores undefined members', () => {
    expect(requestHash({ a: 1, b: undefined })).toBe(requestHash({ a: 1 }));
  });

  it('is different for different bodies', () => {
    const bodies = [{}, [], null, 0, '0', { a: 1 }, { a: '1' }, [1, 2], [2, 1], { a: null }];
    expect(new Set(bodies.map(requestHash)).size).toBe(bodies.length);
  });
});
