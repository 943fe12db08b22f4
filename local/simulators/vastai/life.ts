// The provider's status values for an instance's life, and the offers that its instances leave
// free. As in the kit, functions of an instant, without clock or state.

import { currentRun, exists, type Lags as KitLags } from '../kit/life.ts';
import type { Instance, Machine, Offer, State } from './state.ts';

/** A new contract has no status for this long. */
const nullStatusMs = 3_000;

export type ActualStatus = null | 'created' | 'loading' | 'running' | 'exited';

export type Lags = KitLags & {
  /** How long the previous status is shown after a stop or a start. */
  readonly statusLagMs: number;
};

/** The container's status at the host, which does not know when the contract ends. */
function actualStatus(instance: Instance, now: number): ActualStatus {
  const run = currentRun(instance, now);
  if (run === undefined) return instance.runs.length === 0 ? 'created' : 'exited';
  if (run.readyAt !== null && now >= run.readyAt) return 'running';
  return now < run.startedAt + nullStatusMs ? null : 'loading';
}

/** The container's status in reads: late after a stop and after a later start. */
export function shownStatus(instance: Instance, now: number, lagMs: number): ActualStatus {
  const run = instance.runs.at(-1);
  const isRecent = (at: number): boolean => at <= now && now < at + lagMs;
  if (run === undefined) return actualStatus(instance, now);
  const { startedAt, stoppedAt } = run;
  if (stoppedAt !== null && isRecent(stoppedAt)) return actualStatus(instance, stoppedAt - 1);
  if (instance.runs.length > 1 && isRecent(startedAt)) return 'exited';
  return actualStatus(instance, now);
}

/** The GPUs per machine and the offers that running contracts hold. */
export type Taken = {
  readonly gpus: ReadonlyMap<number, number>;
  readonly offers: ReadonlySet<number>;
};

export function takenBy(state: State, now: number): Taken {
  const gpus = new Map<number, number>();
  const offers = new Set<number>();
  for (const instance of state.instances) {
    const offer = state.market.offers[instance.offerId];
    if (offer === undefined || !exists(instance, now)) continue;
    if (currentRun(instance, now) === undefined) continue;
    gpus.set(offer.machineId, (gpus.get(offer.machineId) ?? 0) + offer.gpus);
    offers.add(offer.id);
  }
  return { gpus, offers };
}

/** An offer is free when it is not rented and enough GPUs of its machine are left. */
export function isFree(taken: Taken, offer: Offer, machine: Machine): boolean {
  const left = machine.gpus - (taken.gpus.get(machine.id) ?? 0);
  return machine.rentable && left >= offer.gpus && !taken.offers.has(offer.id);
}
