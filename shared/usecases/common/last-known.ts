// What is known of a machine when it is over: when it was last seen, and what it used. Nothing was
// written for it while it lived but its pulse and the records of sweeps.

import type { LeaseId } from '../../core/base/ids.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { liveUsage, type Usage } from '../../core/instance/usage.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { lastShown } from '../../core/sweep/record.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';
import type { Providers } from './listing.ts';

export type SightPorts = {
  readonly providers: Providers;
  readonly pulses: Pick<PulseStore, 'get'>;
  readonly sweeps: Pick<SweepStore, 'last'>;
};

export type LastKnown = {
  /** Null when its pulse is another's by now, or none. */
  readonly usage: Usage | null;
  readonly seenAt: readonly EpochMs[];
};

export type Machine = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly provider: ProviderName;
};

/** Reads it once, for whatever the lease is when it is committed. Throws StoreDown. */
export async function lastKnown(
  ports: SightPorts,
  { leaseId, attempt, provider }: Machine,
): Promise<(lease: Lease) => LastKnown> {
  const found = await ports.pulses.get(leaseId);
  const pulse = found?.attempt === attempt ? found : null;
  const record = await ports.sweeps.last(provider);
  const { listLag } = ports.providers(provider).card;
  return (lease) => {
    const activeAt = 'activeAt' in lease ? lease.activeAt : null;
    const listed = activeAt === null ? null : lastShown(record, { id: leaseId, activeAt }, listLag);
    // Of leases that end, sweeps don't say whether their machines were listed.
    const told = listed !== null && !('endingAt' in lease && listed > lease.endingAt);
    const seen = [pulse?.nodeBeatAt ?? null, told ? listed : null];
    return {
      usage: pulse === null ? null : liveUsage(pulse).usage,
      seenAt: seen.filter((instant) => instant !== null),
    };
  };
}
