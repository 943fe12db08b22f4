// What a sweep does about money: a lease that has cost all it may ends, an instance that became
// more expensive is noted, and the hold of a refused teardown grows. Each is decided on the lease
// as it is now.

import type { LeaseId } from '../../core/base/ids.ts';
import type { MicroUsdPerHour } from '../../core/base/money.ts';
import { commitOnly } from '../../core/lease/decision.ts';
import { endOverspent, growOutgrownHold } from '../../core/lease/spend.ts';
import { recordPrice } from '../../core/sweep/carry-out.ts';
import { changeLease } from '../common/change-lease.ts';
import { changeAndTearDown, changeAndWake } from '../lease/end-from-outside.ts';
import type { TearDownPorts } from '../lease/tear-down-now.ts';

/** Ends it and its instances, without waiting for its workflow. Throws what destroy throws. */
export async function endOverspentLease(ports: TearDownPorts, id: LeaseId): Promise<void> {
  const pulse = await ports.pulses.get(id);
  await changeAndTearDown(ports, id, (lease, now) => endOverspent(lease, pulse, now));
}

/** Says that the instance became more expensive; above the ceiling the lease ends. */
export async function noteInstancePrice(
  ports: TearDownPorts,
  id: LeaseId,
  rate: MicroUsdPerHour,
): Promise<void> {
  await changeAndWake(ports, id, (lease, now) => recordPrice(lease, rate, now));
}

/** Lets the hold grow with what the lease costs; its account follows through the outbox. */
export async function growHoldOf(ports: TearDownPorts, id: LeaseId): Promise<void> {
  const pulse = await ports.pulses.get(id);
  await changeLease(ports, id, (lease, now) => commitOnly(growOutgrownHold(lease, pulse, now)));
}
