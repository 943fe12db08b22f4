// Doctor: how things stand, for the operator who has to know whether everything will end. It reads
// and tells; it calls no provider and changes nothing.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { policy } from '../../core/base/policy/policy.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { between, type EpochMs } from '../../core/base/time.ts';
import type { Room } from '../../core/billing/prepaid.ts';
import { lastCountingBeat, type Pulse } from '../../core/instance/pulse.ts';
import { currentAttempt, type Lease } from '../../core/lease/lease.ts';
import type { Freeze } from '../../core/operations/freeze.ts';
import { type NetAct, nextActs } from '../../core/operations/nets.ts';
import type { SweepRecord } from '../../core/sweep/record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FreezeStore } from '../../ports/freeze-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import type { RoomStore } from '../../ports/room-store.ts';
import type { SweepStore } from '../../ports/sweep-store.ts';

export type ReadDoctorPorts = {
  readonly leases: LeaseStore;
  readonly pulses: PulseStore;
  readonly sweeps: SweepStore;
  readonly freezes: FreezeStore;
  readonly rooms: RoomStore;
  readonly providerNames: readonly ProviderName[];
  readonly clock: Clock;
};

/** One open lease, with why it needs somebody, if it does. */
export type Patient = {
  readonly lease: Lease;
  readonly stuck: readonly string[];
  readonly nets: readonly NetAct[];
};

export type Diagnosis = {
  readonly at: EpochMs;
  /** All leases that need somebody's work; `patients` shows the most urgent of them. */
  readonly open: readonly Lease[];
  readonly patients: readonly Patient[];
  readonly oldestBeat: { readonly leaseId: LeaseId; readonly at: EpochMs } | null;
  readonly sweeps: readonly {
    readonly provider: ProviderName;
    readonly last: SweepRecord | null;
  }[];
  /** What each provider's prepaid funds can still carry; null before the first reading. */
  readonly balances: readonly { readonly provider: ProviderName; readonly room: Room | null }[];
  readonly freezes: readonly Freeze[];
};

/** Why the lease needs somebody; empty when it goes its way. */
function troubles(lease: Lease, now: EpochMs): readonly string[] {
  const found: string[] = [];
  if (lease.state === 'ended') return ['its events or entries are not applied'];
  if (now > lease.dueBy) found.push('its workflow made no progress in time');
  if (lease.state === 'ending') {
    const late = between(lease.endingAt, now) > policy.sweep.teardownPage;
    if (late) found.push('its machine is not proved gone');
  } else if (now > lease.deadline) found.push('it is past its deadline');
  return found;
}

/** The longest unheard of the serving leases that anybody was heard of. */
function oldestBeat(open: readonly Lease[], pulses: ReadonlyMap<LeaseId, Pulse>) {
  const beats = open.flatMap((lease) => {
    const pulse = lease.state === 'active' ? pulses.get(lease.id) : undefined;
    const at = pulse === undefined ? null : lastCountingBeat(pulse);
    return at === null ? [] : [{ leaseId: lease.id, at }];
  });
  return beats.toSorted((a, b) => a.at - b.at)[0] ?? null;
}

/** How things stand. Throws Forbidden, StoreDown. */
export function createReadDoctor(ports: ReadDoctorPorts) {
  return async (caller: Caller): Promise<Diagnosis> => {
    mustBeOperator(caller);
    const open = await ports.leases.open();
    const pulses = await ports.pulses.getMany(open.map(({ id }) => id));
    const sweeps = await Promise.all(
      ports.providerNames.map(async (provider) => ({
        provider,
        last: await ports.sweeps.last(provider),
      })),
    );
    const balances = await Promise.all(
      ports.providerNames.map(async (provider) => ({
        provider,
        room: await ports.rooms.get(provider),
      })),
    );
    const at = ports.clock.now();
    const patients = open.map((lease): Patient => {
      const provider = currentAttempt(lease)?.offer.provider;
      const sweep = sweeps.find((each) => each.provider === provider)?.last ?? null;
      const pulse = pulses.get(lease.id) ?? null;
      return { lease, stuck: troubles(lease, at), nets: nextActs(lease, { pulse, sweep }, at) };
    });
    const urgent = patients.toSorted(
      (a, b) => b.stuck.length - a.stuck.length || a.lease.deadline - b.lease.deadline,
    );
    return {
      at,
      open,
      patients: urgent.slice(0, policy.doctor.maxLeases),
      oldestBeat: oldestBeat(open, pulses),
      sweeps,
      balances,
      freezes: await ports.freezes.all(),
    };
  };
}
