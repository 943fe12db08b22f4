// The sweep's review of prepaid funds: every few minutes it reads the balance, computes the room,
// and pages an operator when the balance is low. A balance that cannot be read stops nothing:
// instances end and offers are chosen without it.

import { errorInWords, Failure } from '../../core/base/failure.ts';
import { pageOf } from '../../core/base/page.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { isDue, reviewedRoom, type Unread, unreadPage } from '../../core/billing/prepaid.ts';
import type { Lease } from '../../core/lease/lease.ts';
import type { RoomStore } from '../../ports/room-store.ts';
import type { Sight } from '../common/listing.ts';

export type BalancePorts = Pick<Sight, 'providers'> & {
  readonly rooms: RoomStore;
  /** Pages an operator. */
  readonly page: (message: string) => void;
  /** Writes a line to the log. */
  readonly log: (message: string) => void;
};

export type BalanceInput = {
  /** When the sweep started: before it read the open leases. */
  readonly now: EpochMs;
  readonly lastSweepAt: EpochMs;
  readonly open: readonly Lease[];
};

async function balanceOf(
  ports: BalancePorts,
  provider: ProviderName,
): Promise<number | null | Pick<Unread, 'why'>> {
  try {
    return await ports.providers(provider).balance();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { why: `could not read the balance of ${provider}: ${errorInWords(error)}` };
  }
}

/**
 * Reads the balance when it is due. Safe to repeat and to run concurrently: after a version
 * conflict the room is computed again with newer takes. Throws StoreDown.
 */
export async function reviewBalance(
  ports: BalancePorts,
  provider: ProviderName,
  { now, lastSweepAt, open }: BalanceInput,
): Promise<void> {
  let known = await ports.rooms.get(provider, ({ why }) =>
    ports.page(pageOf('unreadable', `could not read: ${why}; it is computed again`)),
  );
  if (!isDue(known, now)) return;
  const balance = await balanceOf(ports, provider);
  if (balance !== null && typeof balance !== 'number') {
    ports.log(balance.why);
    const page = known === null ? null : unreadPage(known, { ...balance, now, lastSweepAt });
    if (page !== null) ports.page(page);
    return;
  }
  const { bootLimit } = ports.providers(provider).card;
  for (let attempt = 1; attempt <= policy.commit.attempts; attempt += 1) {
    const { room, page } = reviewedRoom(known, { provider, balance, open, now, bootLimit });
    if ((await ports.rooms.commit(room)) === 'committed') {
      if (page !== null) ports.page(page);
      return;
    }
    known = await ports.rooms.get(provider);
    if (!isDue(known, now)) return;
  }
  ports.log(
    `the prepaid funds of ${provider} changed during every retry: the next sweep reads them again`,
  );
}
