// The tickets of message groups: one small item a group, changed by single updates.

import { Tickets } from '../../../core/lease/work.ts';
import type { TicketStore } from '../../../ports/ticket-store.ts';
import { ticketsKey } from '../schema.ts';
import { readableItem, type Table } from '../table.ts';

const NONE: Tickets = { drawn: 0, head: 0 };

/** Tickets in the table `inventory`. */
export function createTicketStore(table: Table): TicketStore {
  const get = async (group: string): Promise<Tickets> =>
    (await readableItem(table, { schema: Tickets, key: ticketsKey(group) })) ?? NONE;
  return {
    get,
    draw: async (group) => {
      const drawn = await table.update(ticketsKey(group), {
        update: 'ADD #drawn :one',
        condition: 'attribute_not_exists(#drawn) OR #drawn >= :none',
        values: { ':one': 1, ':none': 0 },
      });
      // An item that can't be read has no order; the lease waits in its queue all the same.
      return drawn === 'refused' ? NONE : (Tickets.safeParse(drawn).data ?? NONE);
    },
    call: async (group, ticket) => {
      await table.update(ticketsKey(group), {
        update: 'SET #head = :ticket',
        condition: 'attribute_not_exists(#head) OR #head < :ticket',
        values: { ':ticket': ticket },
      });
    },
  };
}
