// What one lease costs: reckoned live while it runs, as entered once it is settled.

import type { Caller } from '../../core/base/caller.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import { epochMs } from '../../core/base/time.ts';
import { costOf, type LeaseCost } from '../../core/billing/lease-cost.ts';
import type { LeaseIn } from '../../core/lease/lease.ts';
import { visible } from '../../core/lease/visible.ts';
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

/** All entries of a settlement are of the instant at which the lease ended. */
async function settledCharges(
  { ledger }: ReadLeaseCostPorts,
  { id, consumer, endedAt, outbox }: LeaseIn<'ended'>,
): Promise<readonly Charge[]> {
  const { pageSize: limit } = policy.ledger;
  const span = { from: endedAt, to: epochMs(endedAt + 1) };
  // Leases of one instant are in order of their ids: the page begins with this one's.
  const after = { at: endedAt, leaseId: id, seq: 0 };
  const entered = await ledger.page({ ...span, consumer, after, limit });
  const own = entered.filter(({ leaseId }) => leaseId === id);
  const seqs = new Set(own.map(({ seq }) => seq));
  const pending = outbox.entries.filter(({ seq }) => !seqs.has(seq));
  return [...own, ...pending].flatMap(({ kind, charge }) =>
    kind === 'charge' && charge !== undefined ? [charge] : [],
  );
}

/** The lease's cost now. Throws NotFound, StoreDown. */
export function createReadLeaseCost(ports: ReadLeaseCostPorts) {
  return async (input: {
    readonly leaseId: LeaseId;
    readonly caller: Caller;
  }): Promise<LeaseCost> => {
    const lease = visible(await ports.leases.get(input.leaseId), input.caller);
    const now = ports.clock.now();
    if (lease.state === 'ended') {
      return costOf(lease, { settled: await settledCharges(ports, lease), pulse: null }, now);
    }
    return costOf(lease, { settled: [], pulse: await ports.pulses.get(lease.id) }, now);
  };
}
