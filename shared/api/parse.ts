// Parses requests. A refusal names the field and what is allowed.

import type * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';
import { ruleOf } from '../core/base/rule.ts';

type Issue = z.core.$ZodIssue;

function fieldOf(issue: Issue): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...issue.path, ...unknown].join('.');
}

/**
 * Parses `value`. Throws BadRequest with the first invalid field, or `where` for the whole value.
 */
export function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  where = '',
): z.infer<Schema> {
  const parsed = schema.safeParse(value, { error: ruleOf });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined ? where : fieldOf(issue) || where;
  const rule = issue?.message ?? 'is not valid';
  throw new Failure('BadRequest', `${field || 'the request'}: ${rule}`, { field });
}
