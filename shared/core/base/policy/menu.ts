// Decisions about searching offers and the snapshots of the menu,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { minutes, seconds } from '../time.ts';

export const menuPolicy = {
  search: {
    /** Enough for 25,600 offers in pages of 64. */
    maxPages: 400,
  },
  menu: {
    /** Between two refreshes of the menu. */
    refreshEvery: minutes(5),
    /** Marked offers of one provider: 12 KB of ids and times in an item that is read often. */
    maxMarks: 300,
    /** When to ask again while there is no menu yet: a first refresh takes seconds. */
    firstWait: seconds(5),
    /** Offers of an older snapshot are not chosen: most are gone. */
    staleAfter: minutes(30),
  },
} as const;

invariant(
  menuPolicy.menu.staleAfter >= 3 * menuPolicy.menu.refreshEvery,
  'one failed refresh must not empty the menu',
);
