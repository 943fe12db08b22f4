// Reads the records about an instance: its pulse, and the record of its provider's last sweep.

import type { LeaseId } from '../../core/base/ids.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import type { LastKnownOf } from '../../core/instance/usage.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { unacceptedTargets } from '../../core/lease/teardown.ts';
import { lastKnownOf, type Traces } from '../../core/sweep/last-known.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';
import type { Providers } from './listing.ts';

export type TracePorts = {
  readonly providers: Providers;
  readonly pulses: Pick<PulseStore, 'get'>;
  readonly sweeps: Pick<SweepStore, 'last'>;
};

export type AttemptPlace = {
  readonly leaseId: LeaseId;
  readonly attempt: number;
  readonly provider: ProviderName;
};

/**
 * Reads the records about an attempt's instance once. Never throws: what can't be read is unknown,
 * because recording a destroy must not depend on what an instance reported.
 */
export async function readTraces(
  ports: TracePorts,
  { leaseId, attempt, provider }: AttemptPlace,
): Promise<Traces> {
  const [pulse, record] = await Promise.allSettled([
    ports.pulses.get(leaseId),
    ports.sweeps.last(provider),
  ]);
  return {
    attempt,
    pulse: pulse.status === 'fulfilled' ? pulse.value : null,
    record: record.status === 'fulfilled' ? record.value : null,
    listLag: ports.providers(provider).card.listLag,
  };
}

/** The last known facts of each instance whose destroy was not accepted. Never throws. */
export async function readLastKnown(ports: TracePorts, lease: Lease): Promise<LastKnownOf> {
  const traces: Traces[] = [];
  for (const target of unacceptedTargets(lease)) traces.push(await readTraces(ports, target));
  return lastKnownOf(lease, traces);
}
