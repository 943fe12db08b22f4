// Parses what enters, and words a refusal so that it names the field and what is allowed.

import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { Failure } from '../core/base/failure.ts';

// zod/mini carries no words of its own: without them every refusal would say "Invalid input".
z.config(en());

type Issue = z.core.$ZodIssue;

function fieldOf(issue: Issue): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...issue.path, ...unknown].join('.');
}

/** Parses `value`; throws BadRequest with the first field at fault, prefixed by `where`. */
export function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  where = '',
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined ? where : fieldOf(issue) || where;
  const rule = issue?.code === 'unrecognized_keys' ? 'is not a field we know' : issue?.message;
  throw new Failure('BadRequest', `${field || 'the request'}: ${rule ?? 'is not valid'}`, {
    field,
  });
}
