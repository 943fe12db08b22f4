// Decisions about searching offers and the snapshots of the menu,
// each with its unit and reason; see policy.ts.

import { invariant } from '../invariant.ts';
import { minutes } from '../time.ts';

export const menuPolicy = {
  search: {
    /** Room for 25,600 offers of a market that pages by 64. */
    maxPages: 400,
  },
  menu: {
    /** Between two refreshes of the menu. */
    refreshEvery: minutes(5),
    /** Offers of one snapshot that are known to be gone: 6 KB of names in an item read often. */
    maxGone: 200,
    /** An older snapshot is not chosen from: its offers are gone. */
    staleAfter: minutes(30),
  },
} as const;

invariant(
  menuPolicy.menu.staleAfter >= 3 * menuPolicy.menu.refreshEvery,
  'one failed refresh must not empty the menu',
);
