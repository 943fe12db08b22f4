// Converts values to what the journal keeps of them. An execution holds nothing but JSON, or it
// would differ after a crash.

import type { Json } from './asl.ts';

/** The value as JSON; undefined becomes null. Throws a TypeError for a value without JSON. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
