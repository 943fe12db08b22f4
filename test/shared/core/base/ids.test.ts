// The allowed characters of each kind of id: a refused value never reaches a key, a URL or a tag.

import { describe, expect, it } from 'vitest';
import {
  brandId,
  ConsumerId,
  DeploymentId,
  InstanceId,
  LeaseId,
  OfferId,
} from '../../../../shared/core/base/ids.ts';

const LEASE = 'a1'.repeat(10);
const cases = [
  {
    kind: 'lease id',
    schema: LeaseId,
    good: [LEASE],
    bad: ['', LEASE.slice(1), `${LEASE}a`, LEASE.toUpperCase(), `${LEASE}\n`, `${LEASE.slice(1)}-`],
  },
  {
    kind: 'instance id',
    schema: InstanceId,
    good: ['28467', 'i-0a.b_C', 'x'.repeat(80)],
    bad: ['', 'a/b', 'a b', '../x', 'x'.repeat(81), 'a\n'],
  },
  {
    kind: 'offer id',
    schema: OfferId,
    good: ['vastai_1', `vastai_${'x'.repeat(60)}`],
    bad: ['', 'vastai', 'vastai_', 'Vastai_1', 'v_1', 'vastai_a/b', `vastai_${'x'.repeat(61)}`],
  },
  {
    kind: 'consumer',
    schema: ConsumerId,
    good: ['123456789012/role-name', 'local/me@example.org'],
    bad: ['', 'a b', 'a#b', 'x'.repeat(129), 'a\n'],
  },
  {
    kind: 'deployment',
    schema: DeploymentId,
    good: ['ab', 'prod2026', 'x'.repeat(12)],
    bad: ['', 'a', ' ab', 'a-b', 'Prod', 'x'.repeat(13)],
  },
];

describe.each(cases)('a $kind', ({ schema, good, bad }) => {
  it.each(good)('may be %j', (value) => {
    expect(schema.safeParse(value).success).toBe(true);
  });

  it.each(bad)('is never %j', (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  it.each([[null], [undefined], [7], [[LEASE]]])('is a string, not %j', (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});

describe('brandId', () => {
  it('returns an id that its schema allows', () => {
    expect(brandId(LeaseId, LEASE)).toBe(LEASE);
  });

  it('throws InvariantBroken for any other value', () => {
    const wrong = () => brandId(DeploymentId, '');
    expect(wrong).toThrow(expect.objectContaining({ name: 'InvariantBroken' }));
  });
});
