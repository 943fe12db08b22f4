// Doctor: reads the state of the deployment for an operator. It calls no provider and changes
// nothing.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import type { ProviderName } from '../../core/base/providers.ts';
import { type Diagnosis, diagnose } from '../../core/operations/doctor.ts';
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

/** Reads the diagnosis. Throws Forbidden, StoreDown. */
export function createReadDoctor(ports: ReadDoctorPorts) {
  return async (caller: Caller): Promise<Diagnosis> => {
    mustBeOperator(caller);
    const { providerNames } = ports;
    const unreadable: string[] = [];
    const report = ({ why }: { readonly why: string }): void => void unreadable.push(why);
    const open = await ports.leases.open(report);
    const pulses = await ports.pulses.getMany(
      open.map(({ id }) => id),
      report,
    );
    const sweeps = await Promise.all(
      providerNames.map(async (provider) => ({
        provider,
        last: await ports.sweeps.last(provider, report),
      })),
    );
    const balances = await Promise.all(
      providerNames.map(async (provider) => ({
        provider,
        room: await ports.rooms.get(provider, report),
      })),
    );
    const freezes = await ports.freezes.all(report);
    return diagnose({ open, pulses, sweeps, balances, freezes, unreadable }, ports.clock.now());
  };
}
