// Prepaid room: one small item for each provider. A launch takes room by one conditional update, so
// that two launches never take the same room. A reading replaces the whole item, unless a launch
// took room in between.

import { Room } from '../../../core/billing/prepaid.ts';
import type { RoomStore } from '../../../ports/room-store.ts';
import { roomKey } from '../schema.ts';
import { readableItem, type Table } from '../table.ts';
import { putVersion } from '../versions.ts';

/** Rooms in the table `inventory`. */
export function createRoomStore(table: Table): RoomStore {
  return {
    get: (provider, report) =>
      readableItem(table, { schema: Room, key: roomKey(provider) }, report),
    commit: (room) => putVersion(table, roomKey(room.provider), { schema: Room, value: room }),
    take: async (provider, take, had) => {
      const same =
        had === null ? 'attribute_not_exists(#takes.#key)' : '#takes.#key.#amountMicroUsd = :had';
      const changed = await table.update(roomKey(provider), {
        update: 'SET #roomMicroUsd = #roomMicroUsd - :more, #takes.#key = :take ADD #version :one',
        condition: `#roomMicroUsd >= :more AND ${same}`,
        names: { '#key': take.leaseId },
        values: {
          ':more': take.amountMicroUsd - (had ?? 0),
          ':take': take,
          ':one': 1,
          ...(had !== null && { ':had': had }),
        },
      });
      return changed === 'refused' ? 'refused' : 'taken';
    },
  };
}
