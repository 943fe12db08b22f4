// Ids that go into a path. All of Vast.ai's are numbers; anything else never reaches a URL.

import { invariant } from '../../../core/base/invariant.ts';

/** The id itself when it is digits; throws InvariantBroken otherwise. */
export function numericId(id: string): string {
  invariant(/^\d{1,16}$/.test(id), `not an id of vastai: ${id}`);
  return id;
}
