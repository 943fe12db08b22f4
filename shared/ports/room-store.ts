// Where the room of each prepaid balance is kept. Each write is one item under one condition.
// All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { MicroUsd } from '../core/base/money.ts';
import type { ProviderName } from '../core/base/providers.ts';
import type { Room, Take } from '../core/billing/prepaid.ts';

/** What each provider's prepaid funds can still carry. */
export type RoomStore = {
  /** A consistent read; null before the first reading. */
  get(provider: ProviderName): Promise<Room | null>;
  /** Replaces version `room.version - 1`; `conflict` when the room has moved on. */
  commit(room: Room): Promise<'committed' | 'conflict'>;
  /**
   * Takes room in place of what was taken for the same lease before (`had`, null: nothing);
   * `refused` when there is less, or when the lease's take is another one since.
   */
  take(provider: ProviderName, take: Take, had: MicroUsd | null): Promise<'taken' | 'refused'>;
};
