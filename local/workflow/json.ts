// Values as they are after a trip through the journal. Nothing that isn't JSON may live in an
// execution, or it would differ after a crash.

import type { Json } from './asl.ts';

/** The value as JSON keeps it; nothing becomes null. Throws a TypeError for what has no JSON. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}
