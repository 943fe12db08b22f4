// The loose form of a schema: what it accepts at every depth, and what it refuses.

import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { loose } from '../../../clients/client/loose.ts';

const Item = z.strictObject({ size: z.int() });
const Color = z.enum(['red', 'blue']);

describe('a loose schema', () => {
  it.each<[string, z.ZodMiniType, unknown]>([
    ['an object', Item, { size: 1, more: 2 }],
    ['objects of an array', z.array(Item), [{ size: 1, more: 2 }]],
    ['an object that may be null', z.nullable(Item), { size: 1, more: 2 }],
    ['null', z.nullable(Item), null],
    [
      'an object that may be missing',
      z.strictObject({ a: z.optional(Item) }),
      { a: { size: 1, b: 2 } },
    ],
    ['a field that may be missing', z.strictObject({ a: z.optional(Item) }), { b: 2 }],
    ['objects of a record', z.record(z.string(), Item), { a: { size: 1, more: 2 } }],
    ['an object of a union', z.union([z.int(), Item]), { size: 1, more: 2 }],
    [
      'an object of a union with a discriminator',
      z.discriminatedUnion('kind', [z.extend(Item, { kind: z.literal('item') })]),
      { kind: 'item', size: 1, more: 2 },
    ],
    ['an unknown value of an enum', Color, 'green'],
  ])('accepts and keeps %s', (_, schema, value) => {
    expect(loose(schema).parse(value)).toEqual(value);
  });

  it.each<[string, z.ZodMiniType, unknown]>([
    ['a missing field', Item, { more: 2 }],
    ['a field of another type', Item, { size: '1' }],
    ['a missing field in an array', z.array(Item), [{ size: 1 }, {}]],
    [
      'a missing field in a union',
      z.discriminatedUnion('kind', [z.extend(Item, { kind: z.literal('item') })]),
      { kind: 'item' },
    ],
    ['a number for an enum', Color, 1],
    ['null where it is not allowed', Item, null],
  ])('refuses %s', (_, schema, value) => {
    expect(loose(schema).safeParse(value).success).toBe(false);
  });

  it('does not change the strict schema', () => {
    loose(Item).parse({ size: 1, more: 2 });
    expect(Item.safeParse({ size: 1, more: 2 }).success).toBe(false);
    expect(Color.safeParse('green').success).toBe(false);
  });
});
