// What a sweep does about money: a lease that has cost all it may ends, a machine that became
// dearer is told of, and the hold of a refused teardown grows. Each is decided on the lease as it
// is now.

import type { LeaseId } from '../../core/base/ids.ts';
import { formatUsd, type MicroUsdPerHour } from '../../core/base/money.ts';
import type { EpochMs } from '../../core/base/time.ts';
import { currentAttempt, isOver, type Lease } from '../../core/lease/lease.ts';
import { endLease, growHold, note, withAttempt } from '../../core/lease/lease-moves.ts';
import { outgrownHold, spentUp } from '../../core/lease/spend.ts';
import { raisedRate } from '../../core/sweep/lease-findings.ts';
import { changeLease } from '../common/change-lease.ts';
import { changeAndTearDown, changeAndWake } from '../lease/end-from-outside.ts';
import type { RestartPorts } from '../lease/restart-lease.ts';
import type { TearDownPorts } from '../lease/tear-down-now.ts';

export type SweepMoneyPorts = RestartPorts & TearDownPorts;

/** Ends it and its machines, without waiting for its workflow. Throws what destroy throws. */
export async function endOverspent(ports: SweepMoneyPorts, id: LeaseId): Promise<void> {
  const pulse = await ports.pulses.get(id);
  await changeAndTearDown(ports, id, (current, now) => {
    const end = spentUp(current, pulse, now);
    return isOver(current) || end === null ? null : endLease(current, end, now);
  });
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
  await changeAndWake(ports, id, (current, now) => priced(current, rate, now));
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
