// Tickets of the message groups: each launch that waits draws one, and its turn comes in their
// order. They tell where a lease stands and decide nothing. All may throw StoreDown.

import type { Tickets } from '../core/lease/work.ts';

export type TicketStore = {
  /** Draws the next ticket of a group: `drawn` is its number. A repeat draws another. */
  draw(group: string): Promise<Tickets>;
  /** The ticket has its turn. Safe to repeat; an older ticket changes nothing. */
  call(group: string, ticket: number): Promise<void>;
  get(group: string): Promise<Tickets>;
};
