// Fields that routes share: what they accept and refuse, and the rule that a refusal states.

import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  Cursor,
  count,
  hoursUpTo,
  IdempotencyKey,
  Instant,
  limit,
  NoBody,
  spanFields,
  Why,
} from '../../../../shared/api/contract/fields.ts';
import { parse } from '../../../../shared/api/parse.ts';
import { hours } from '../../../../shared/core/base/time.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const read = (schema: z.ZodMiniType, value: unknown): unknown =>
  parse(z.strictObject({ field: schema }), value === undefined ? {} : { field: value });

describe('a field', () => {
  it.each<[string, z.ZodMiniType, unknown, unknown]>([
    ['a limit', limit(300, 20), '300', { field: 300 }],
    ['no limit', limit(300, 20), undefined, { field: 20 }],
    ['a count from zero', count(0, 16, 1), '0', { field: 0 }],
    ['hours with a fraction', hoursUpTo(hours(12)), 0.5, { field: 0.5 }],
    ['an instant', Instant, '2026-11-21T12:00:00Z', { field: NOON }],
    ['an instant with its zone', Instant, '2026-11-21T13:00:00+01:00', { field: NOON }],
    ['a day', spanFields.from, '2026-11-21', { field: NOON - hours(12) }],
    ['an instant of a span', spanFields.to, '2026-11-21T12:00:00Z', { field: NOON }],
    ['no cursor', Cursor, undefined, {}],
    ['no body', NoBody, null, { field: null }],
    ['an empty body', NoBody, {}, { field: {} }],
    ['a reason', Why, 'a test', { field: 'a test' }],
    ['a key', IdempotencyKey, 'key-12345', { field: 'key-12345' }],
  ])('accepts %s', (...[, schema, value, parsed]) => expect(read(schema, value)).toEqual(parsed));

  it.each<[string, z.ZodMiniType, unknown, string]>([
    ['a limit of 0', limit(300, 20), '0', 'field: must be a whole number from 1 to 300'],
    [
      'a limit above the maximum',
      limit(300, 20),
      '301',
      'field: must be a whole number from 1 to 300',
    ],
    ['a limit in words', limit(300, 20), 'all', 'field: must be a whole number from 1 to 300'],
    [
      'a count below its minimum',
      count(8, 16, 8),
      '7',
      'field: must be a whole number from 8 to 16',
    ],
    ['a local time', Instant, '2026-11-21T12:00:00', 'field: must be an instant such as'],
    ['a month', spanFields.from, '2026-11', 'field: must be a day such as'],
    ['a day that does not exist', spanFields.from, '2026-02-30', 'field: must be a day such as'],
    ['a body', NoBody, { colour: 'red' }, 'field.colour: is not a known field'],
    ['a short key', IdempotencyKey, 'short', 'field: must be 8 to 128 letters'],
    ['a short reason', Why, 'no', 'field: must have 3 to 300 characters'],
    [
      'a long cursor',
      Cursor,
      'c'.repeat(501),
      'field: must be the nextCursor of the previous page',
    ],
    ['hours above the maximum', hoursUpTo(hours(12)), 13, 'field: must be hours from 0.0833 to 12'],
    ['no hours', hoursUpTo(hours(12)), 0, 'field: must be hours from 0.0833 to 12'],
    ['another type', NoBody, 1, 'field: must be an object'],
    ['a missing field', z.boolean(), undefined, 'field: is required and must be true or false'],
    ['an unknown value', z.enum(['one', 'two']), 'three', 'field: must be one or two'],
    [
      'a long list',
      z.array(z.int()).check(z.maxLength(1)),
      [1, 2],
      'field: must have at most 1 items',
    ],
    ['a small number', z.int().check(z.gte(3)), 2, 'field: must be at least 3'],
    [
      'a bad name',
      z.record(IdempotencyKey, z.int()),
      { x: 1 },
      'field.x: must be 8 to 128 letters',
    ],
  ])('refuses %s', (...[, schema, value, words]) => {
    expect(() => read(schema, value)).toThrow(words);
  });
});
