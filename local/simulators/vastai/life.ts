// An instance's life as a function of the instant asked about. It must read no clock and keep no
// memory: a clock that jumps hours gives the same answers as one that ticks.

import type { Instance, Machine, Offer, Run, State } from './state.ts';

/** A new contract shows no status at all for this long. */
const nullStatusMs = 3_000;

export type ActualStatus = null | 'created' | 'loading' | 'running' | 'exited';

/** Whether the contract still exists: from create until its end, whatever lists say. */
export function exists(instance: Instance, now: number): boolean {
  return instance.end === null || now < instance.end.at;
}

/** The run under way, if any: it holds its GPUs whether it has booted or not. */
export function currentRun(instance: Instance, now: number): Run | undefined {
  const run = instance.runs.at(-1);
  return run !== undefined && (run.stoppedAt === null || now < run.stoppedAt) ? run : undefined;
}

/** Whether the container is up: it answers on its SSH port and its GPUs are billed. */
export function isUp(instance: Instance, now: number): boolean {
  return exists(instance, now) && actualStatus(instance, now) === 'running';
}

/** What the host says of the container. It doesn't know of the contract's end. */
export function actualStatus(instance: Instance, now: number): ActualStatus {
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

/** When the run stops billing its GPUs: stopped, or the contract's end, or not yet known. */
export function runEnd(instance: Instance, run: Run): number {
  return Math.min(run.stoppedAt ?? Infinity, instance.end?.at ?? Infinity);
}

export type Lags = {
  readonly readLagMs: number;
  readonly listLagMs: number;
  readonly destroyLagMs: number;
  /** How long the status of before is shown after a stop or a start. */
  readonly statusLagMs: number;
};

/** Whether a read of this one instance finds it. */
export function isReadable(instance: Instance, now: number, lags: Lags): boolean {
  return now >= instance.createdAt + lags.readLagMs && isRemembered(instance, now, lags);
}

/** Whether lists show it; `staleMs` hides instances younger than that. */
export function isListed(instance: Instance, now: number, lags: Lags & { staleMs: number }) {
  const from = instance.createdAt + Math.max(lags.listLagMs, lags.staleMs);
  return now >= from && isRemembered(instance, now, lags);
}

function isRemembered(instance: Instance, now: number, lags: Lags): boolean {
  if (instance.end === null) return true;
  const lag = instance.end.kind === 'destroyed' ? lags.destroyLagMs : 0;
  return now < instance.end.at + lag;
}

/** Ends the contract at the instant, unless it ends sooner anyway. */
export function endAt(instance: Instance, at: number, kind: 'destroyed' | 'vanished'): void {
  if (instance.end === null || at < instance.end.at) instance.end = { at, kind };
}

/** Stops the run under way at the instant, unless it stops sooner anyway. */
export function stopAt(instance: Instance, at: number): void {
  const run = instance.runs.at(-1);
  if (run === undefined) return;
  run.stoppedAt = Math.min(run.stoppedAt ?? Infinity, Math.max(at, run.startedAt));
}

/** The next instant at which the instance changes by itself; Infinity if nothing is to come. */
export function nextChangeAt(instance: Instance, now: number): number {
  const run = instance.runs.at(-1);
  const instants = [run?.readyAt, run?.stoppedAt, instance.end?.at].map((at) => at ?? Infinity);
  return Math.min(...instants.filter((at) => at > now));
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
