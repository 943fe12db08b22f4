// The cost of one lease: computed while it runs, from the ledger when it is settled.

import type { Caller } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import {
  costOf,
  type LeaseCost,
  settledCharges,
  settlementOf,
} from '../../core/billing/lease-cost.ts';
import type { LeaseIn } from '../../core/lease/lease.ts';
import { requireVisible } from '../../core/lease/visible.ts';
import type { Charge } from '../../core/ledger/charge.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';

export type ReadLeaseCostPorts = {
  readonly leases: LeaseStore;
  readonly ledger: LedgerStore;
  readonly pulses: Pick<PulseStore, 'get'>;
  readonly clock: Clock;
};

async function readSettled(
  { ledger }: ReadLeaseCostPorts,
  lease: LeaseIn<'ended'>,
): Promise<readonly Charge[]> {
  const { consumer } = lease;
  const { span, after } = settlementOf(lease);
  const request = { ...span, consumer, after, limit: policy.ledger.pageSize };
  // Entries of other leases are in the same span.
  const unreadable: string[] = [];
  const entries = await ledger.page(request, ({ id }) => unreadable.push(id));
  const missing = unreadable.find((id) => id.includes(lease.id));
  if (missing !== undefined) throw new Failure('StoreDown', `could not read entry ${missing}`);
  return settledCharges(lease, entries);
}

/** The current cost of a lease. Throws NotFound, StoreDown. */
export function createReadLeaseCost(ports: ReadLeaseCostPorts) {
  return async (input: {
    readonly leaseId: LeaseId;
    readonly caller: Caller;
  }): Promise<LeaseCost> => {
    const lease = requireVisible(await ports.leases.get(input.leaseId), input.caller);
    const now = ports.clock.now();
    if (lease.state === 'ended') {
      return costOf(lease, { settled: await readSettled(ports, lease), pulse: null }, now);
    }
    return costOf(lease, { settled: [], pulse: await ports.pulses.get(lease.id) }, now);
  };
}
