// What a sweep does about money: a lease that has cost all it may ends, a machine that became
// dearer is told of, and the hold of a refused teardown grows. Each is decided on the lease as it
// is now.

import type { LeaseId } from '../core/ids.ts';
import { currentAttempt, isOver, type Lease } from '../core/lease.ts';
import { endLease, growHold, note, withAttempt } from '../core/lease-moves.ts';
import { formatUsd, type MicroUsdPerHour } from '../core/money.ts';
import { outgrownHold, spentUp } from '../core/spend.ts';
import { raisedRate } from '../core/sweep-leases.ts';
import type { EpochMs } from '../core/time.ts';
import { changeLease } from './change-lease.ts';
import { type NudgePorts, nudgeLease } from './nudge-lease.ts';
import { type TearDownPorts, tearDownNow } from './tear-down-now.ts';
import { wakeLease } from './wake-lease.ts';

export type SweepMoneyPorts = NudgePorts & TearDownPorts;

/** Ends it and its machines, without waiting for its workflow. Throws what destroy throws. */
export async function endOverspent(ports: SweepMoneyPorts, id: LeaseId): Promise<void> {
  const pulse = await ports.pulses.get(id);
  const { lease } = await changeLease(ports, id, (current, now) => {
    const end = isOver(current) ? null : spentUp(current, pulse, now);
    if (isOver(current) || end === null) return { commit: null, result: null };
    return { commit: endLease(current, end, now), result: null };
  });
  if (lease.state !== 'ending') return;
  await ports.pulses.close(id);
  await tearDownNow(ports, lease, () => nudgeLease(ports, lease));
}

/** The rate is kept, so that it is told once; charged is still the rate it was taken at. */
function priced(lease: Lease, rate: MicroUsdPerHour, now: EpochMs): Lease | null {
  const attempt = currentAttempt(lease);
  if (lease.state !== 'active' || attempt?.state !== 'created') return null;
  if (raisedRate(lease, rate) === null) return null;
  const reason = `its machine costs ${formatUsd(rate)}/h now`;
  const told = note(
    withAttempt(lease, { ...attempt, observedRate: rate }),
    { type: 'price-rose', reason },
    now,
  );
  const { ceiling } = lease.terms;
  if (rate <= ceiling) return told;
  const why = `${reason}, above the ceiling of ${formatUsd(ceiling)}/h`;
  return endLease(told, { reason: 'over-budget', why }, now);
}

/** Says that the machine became dearer; above the ceiling the lease ends. */
export async function notePrice(
  ports: SweepMoneyPorts,
  id: LeaseId,
  rate: MicroUsdPerHour,
): Promise<void> {
  const { lease } = await changeLease(ports, id, (current, now) => ({
    commit: priced(current, rate, now),
    result: null,
  }));
  if (lease.state === 'ending') await wakeLease(ports, id);
}

/** Lets the hold grow with what the lease costs; its account follows through the outbox. */
export async function growOutgrown(ports: SweepMoneyPorts, id: LeaseId): Promise<void> {
  const pulse = await ports.pulses.get(id);
  await changeLease(ports, id, (current, now) => {
    const to = current.state === 'ending' ? outgrownHold(current, pulse, now) : null;
    if (current.state !== 'ending' || to === null) return { commit: null, result: null };
    return { commit: growHold(current, to, now), result: null };
  });
}
