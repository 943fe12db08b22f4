// Ids in paths. All ids of Vast.ai are numbers; any other text must never get into a URL.

import { invariant } from '../../../core/base/invariant.ts';

/** Returns the id. Throws InvariantBroken unless it is a number. */
export function numericId(id: string): string {
  invariant(/^\d{1,16}$/.test(id), `not an id of vastai: ${id}`);
  return id;
}
