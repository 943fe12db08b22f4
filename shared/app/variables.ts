// How variables of the environment are parsed, and how one that breaks its rule is refused.

import * as z from 'zod/mini';
import { Failure } from '../core/base/failure.ts';

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

export const url = z
  .string()
  .check(z.regex(/^https?:\/\/[^\s/]+(\/[^\s]*)?$/, 'must be an http or https URL'));
export const text = z.string().check(z.minLength(1, 'must not be empty'));

/** Throws BadConfig about the variable `name`. */
export function refuse(name: string, rule: string): never {
  throw new Failure('BadConfig', `${name} ${rule}`, { field: name });
}

/** Parses `source`, other variables ignored. Throws BadConfig about the first bad one. */
export function parseVariables<Schema extends z.ZodMiniType>(
  schema: Schema,
  source: Variables,
): z.infer<Schema> {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? 'the environment');
  const missing = source[name] === undefined;
  return refuse(name, missing ? `is missing: it ${issue?.message}` : (issue?.message ?? 'is bad'));
}
