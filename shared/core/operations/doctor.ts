// The state of a deployment for operators: which open leases have a problem, and what each safety
// net does next for them.

import type { LeaseId } from '../base/ids.ts';
import { policy } from '../base/policy/policy.ts';
import type { ProviderName } from '../base/providers.ts';
import { between, type EpochMs } from '../base/time.ts';
import type { Room } from '../billing/prepaid.ts';
import { lastCountingHeartbeat, type Pulse } from '../instance/pulse.ts';
import { currentAttempt, type Lease } from '../lease/lease.ts';
import type { SweepRecord } from '../sweep/record.ts';
import type { Freeze } from './freeze.ts';
import { type NetAct, nextActs } from './nets.ts';

/** An open lease, with its problems. */
export type Patient = {
  readonly lease: Lease;
  readonly stuck: readonly string[];
  readonly nets: readonly NetAct[];
};

type ProviderSweep = {
  readonly provider: ProviderName;
  readonly last: SweepRecord | null;
};

/** The records that a diagnosis is based on. */
export type Examined = {
  /** All leases that are not ended, or whose outbox is not applied. */
  readonly open: readonly Lease[];
  readonly pulses: ReadonlyMap<LeaseId, Pulse>;
  readonly sweeps: readonly ProviderSweep[];
  /** The prepaid funds of each provider; null before the first reading. */
  readonly balances: readonly { readonly provider: ProviderName; readonly room: Room | null }[];
  readonly freezes: readonly Freeze[];
  /** The records that could not be read, and why. */
  readonly unreadable: readonly string[];
};

export type Diagnosis = Omit<Examined, 'pulses'> & {
  readonly at: EpochMs;
  /** The most urgent of the open leases. */
  readonly patients: readonly Patient[];
  readonly oldestHeartbeat: { readonly leaseId: LeaseId; readonly at: EpochMs } | null;
};

/** The problems of a lease; empty when it makes progress. */
function troublesOf(lease: Lease, now: EpochMs): readonly string[] {
  if (lease.state === 'ended') return ['events or ledger entries are not applied'];
  const found: string[] = [];
  if (now > lease.dueBy) found.push('the workflow made no progress in time');
  if (lease.state === 'ending') {
    const late = between(lease.endingAt, now) > policy.sweep.teardownPage;
    if (late) found.push('the instance is not proved absent in time');
  } else if (now > lease.deadline) found.push('the lease is past its deadline');
  return found;
}

/** The active lease with the oldest last heartbeat, of those that have one. */
function oldestHeartbeat({ open, pulses }: Examined): Diagnosis['oldestHeartbeat'] {
  const heartbeats = open.flatMap((lease) => {
    const pulse = lease.state === 'active' ? pulses.get(lease.id) : undefined;
    const at = pulse === undefined ? null : lastCountingHeartbeat(pulse);
    return at === null ? [] : [{ leaseId: lease.id, at }];
  });
  return heartbeats.toSorted((a, b) => a.at - b.at)[0] ?? null;
}

function patientOf(lease: Lease, { pulses, sweeps }: Examined, now: EpochMs): Patient {
  const provider = currentAttempt(lease)?.offer.provider;
  const sweep = sweeps.find((each) => each.provider === provider)?.last ?? null;
  const pulse = pulses.get(lease.id) ?? null;
  return { lease, stuck: troublesOf(lease, now), nets: nextActs(lease, { pulse, sweep }, now) };
}

/** Creates the diagnosis; leases with the most problems come first. */
export function diagnose(examined: Examined, at: EpochMs): Diagnosis {
  const { pulses: _, ...shown } = examined;
  const patients = examined.open
    .map((lease) => patientOf(lease, examined, at))
    .toSorted((a, b) => b.stuck.length - a.stuck.length || a.lease.deadline - b.lease.deadline)
    .slice(0, policy.doctor.maxLeases);
  return { ...shown, at, patients, oldestHeartbeat: oldestHeartbeat(examined) };
}
