// What this provider's words say of an instance's life, and which offers its instances leave free.
// As in the kit: a function of the instant asked about, without clock or memory.

import { currentRun, exists, type Lags as KitLags } from '../kit/life.ts';
import type { Instance, Machine, Offer, State } from './state.ts';

/** A new contract shows no status at all for this long. */
const nullStatusMs = 3_000;

export type ActualStatus = null | 'created' | 'loading' | 'running' | 'exited';

export type Lags = KitLags & {
  /** How long the status of before is shown after a stop or a start. */
  readonly statusLagMs: number;
};

/** What the host says of the container. It doesn't know of the contract's end. */
function actualStatus(instance: Instance, now: number): ActualStatus {
  const run = currentRun(instance, now);
  if (run === undefined) return instance.runs.length === 0 ? 'created' : 'exited';
  if (run.readyAt !== null && now >= run.readyAt) return 'running';
  return now < run.startedAt + nullStatusMs ? null : 'loading';
}

/** What reads say of the container, late after a stop and after a start that wasn't the first. */
export function shownStatus(instance: Instance, now: number, lagMs: number): ActualStatus {
  const run = instance.runs.at(-1);
  const isRecent = (at: number): boolean => at <= now && now < at + lagMs;
  if (run === undefined) return actualStatus(instance, now);
  const { startedAt, stoppedAt } = run;
  if (stoppedAt !== null && isRecent(stoppedAt)) return actualStatus(instance, stoppedAt - 1);
  if (instance.runs.length > 1 && isRecent(startedAt)) return 'exited';
  return actualStatus(instance, now);
}

/** What running contracts hold: GPUs per machine, and the offers themselves. */
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

/** An offer goes with its siblings: those that no longer fit on the machine go, too. */
export function isFree(taken: Taken, offer: Offer, machine: Machine): boolean {
  const left = machine.gpus - (taken.gpus.get(machine.id) ?? 0);
  return machine.rentable && left >= offer.gpus && !taken.offers.has(offer.id);
}
