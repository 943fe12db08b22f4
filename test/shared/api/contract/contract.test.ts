// The whole contract: every route has a reply, pages have signed cursors, and documents can be
// generated from every schema.

import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { FUNCTION_NAMES, FUNCTIONS } from '../../../../infra/function-list.ts';
import { type RouteName, routes } from '../../../../shared/api/contract/contract.ts';
import { ProblemReply } from '../../../../shared/api/contract/replies/problem.ts';
import { replies } from '../../../../shared/api/contract/replies/replies.ts';

const NAMES = Object.keys(routes) as readonly RouteName[];

const jsonSchemaOf = (schema: z.ZodMiniType): unknown =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** The empty parts of a JSON Schema: what zod could not convert. */
function blanksOf(json: unknown, path = ''): readonly string[] {
  if (typeof json !== 'object' || json === null) return [];
  const names = Object.keys(json);
  if (names.length === 0 && !/\/(?:properties|default)$/.test(path)) return [path];
  return Object.entries(json).flatMap(([name, part]) => blanksOf(part, `${path}/${name}`));
}

describe('the contract', () => {
  it('has exactly one reply for each route', () => {
    expect(new Set(Object.keys(replies))).toEqual(new Set(NAMES));
  });

  it('has one route for each method and path', () => {
    const keys = NAMES.map((name) => `${routes[name].method} ${routes[name].path}`);
    expect(new Set(keys).size).toBe(NAMES.length);
  });

  it('gives the cursor key only to functions of lists', () => {
    const lists = NAMES.filter((name) =>
      Object.hasOwn((replies[name]._zod.def as { shape?: object }).shape ?? {}, 'nextCursor'),
    );
    const keyed = FUNCTION_NAMES.filter((name) => FUNCTIONS[name].needs.includes('cursor-key'));
    expect(lists).toHaveLength(6);
    expect(new Set(keyed)).toEqual(new Set(lists.map((name) => routes[name].handledBy)));
  });
});

describe('a document can be generated from', () => {
  it.each(NAMES)('the parts of %s', (name) => {
    const { params, query, body } = routes[name];
    const parts = { params, query, body, reply: replies[name] };
    for (const [part, schema] of Object.entries(parts)) {
      expect([part, blanksOf(jsonSchemaOf(schema))]).toEqual([part, []]);
    }
  });

  it('a problem', () => expect(blanksOf(jsonSchemaOf(ProblemReply))).toEqual([]));

  it('no type that has no description, which the test finds', () => {
    const unknown = z.strictObject({ at: z.array(z.custom<Date>()) });
    expect(blanksOf(jsonSchemaOf(unknown))).toEqual(['/properties/at/items']);
  });
});
