// Stores the room of each provider's prepaid funds. Each write is one conditional write of one
// item. All may throw StoreDown; every method is safe to repeat unless it says otherwise.

import type { MicroUsd } from '../core/base/money.ts';
import type { ProviderName } from '../core/base/providers.ts';
import type { Room, Take } from '../core/billing/prepaid.ts';
import type { ReportUnreadable } from './unreadable.ts';

/** The room of each provider's prepaid funds. */
export type RoomStore = {
  /**
   * A consistent read; null before the first reading. An unreadable record is null and reported:
   * unknown room limits nothing.
   */
  get(provider: ProviderName, report?: ReportUnreadable): Promise<Room | null>;
  /**
   * Replaces version `room.version - 1`; `conflict` when the stored version differs. Version 1
   * also replaces an unreadable record.
   */
  commit(room: Room): Promise<'committed' | 'conflict'>;
  /**
   * Takes room and replaces the earlier take of the same lease (`had`, null for none); `refused`
   * when there is too little room, or when the lease's take has changed.
   */
  take(provider: ProviderName, take: Take, had: MicroUsd | null): Promise<'taken' | 'refused'>;
};
