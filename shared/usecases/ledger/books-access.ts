// Whose books a caller may read: its own; operators anybody's.

import type { Caller } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId } from '../../core/base/ids.ts';

/** Throws Forbidden when the books of `consumer` are not this caller's to read. */
export function mayRead(caller: Caller, consumer: ConsumerId): ConsumerId {
  if (caller.operator || consumer === caller.consumer) return consumer;
  throw new Failure('Forbidden', "only operators see others' books", { field: 'consumer' });
}
