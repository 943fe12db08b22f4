// The sweep's actions about money: it ends a lease that has reached its spending limit, records a
// new rate of an instance, and raises the hold when teardown is refused. Each is decided on the
// current lease.

import type { LeaseId } from '../../core/base/ids.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import { type RateReading, recordPrice } from '../../core/lease/price.ts';
import { endOverspent, growOutgrownHold } from '../../core/lease/spend.ts';
import { changeLease } from '../common/change-lease.ts';
import { changeAndTearDown, changeAndWake } from '../lease/end-from-outside.ts';
import type { TearDownPorts } from '../lease/tear-down-now.ts';

/**
 * Ends the lease and destroys its instances, without waiting for its workflow. Throws what destroy
 * throws.
 */
export async function endOverspentLease(ports: TearDownPorts, id: LeaseId): Promise<void> {
  const pulse = await ports.pulses.get(id);
  await changeAndTearDown(ports, id, (lease, now) => endOverspent(lease, pulse, now));
}

/** Records the rate that the provider reported; above the ceiling the lease ends. */
export async function noteInstancePrice(
  ports: TearDownPorts,
  id: LeaseId,
  reading: RateReading,
): Promise<void> {
  await changeAndWake(ports, id, (lease, now) => recordPrice(lease, reading, now));
}

/** Raises the hold with the cost of the lease; the outbox applies it to the account. */
export async function growHoldOf(ports: TearDownPorts, id: LeaseId): Promise<void> {
  const pulse = await ports.pulses.get(id);
  await changeLease(ports, id, (lease, now) => commitOnly(growOutgrownHold(lease, pulse, now)));
}
