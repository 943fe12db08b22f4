// The true cost of every instance, exact and derived from its life alone. GPUs are billed while the
// container is up, disk from create to the end, bytes either way when they went. It must never
// depend on when somebody asks.

import {
  brokeAt,
  bytesUntil,
  microUsd,
  nanoHours,
  nanoHoursAt,
  transferMicroUsd,
} from '../kit/billing.ts';
import { exists, runEnd, stopAt } from '../kit/life.ts';
import type { Instance, State } from './state.ts';

/** Whole micro-dollars, and the time the GPUs were billed for. */
export type Cost = {
  readonly gpuMicroUsd: number;
  readonly diskMicroUsd: number;
  readonly upMicroUsd: number;
  readonly downMicroUsd: number;
  readonly gpuMs: number;
};

export function totalMicroUsd(cost: Cost): number {
  return cost.gpuMicroUsd + cost.diskMicroUsd + cost.upMicroUsd + cost.downMicroUsd;
}

/** What the instance cost from its creation until the instant. */
export function costUntil(instance: Instance, until: number): Cost {
  let gpuNano = 0n;
  let gpuMs = 0;
  for (const run of instance.runs) {
    if (run.readyAt === null) continue;
    const end = Math.min(until, runEnd(instance, run));
    gpuMs += Math.max(0, end - run.readyAt);
    gpuNano += nanoHoursAt(instance.gpuRates, run.readyAt, end);
  }
  const diskEnd = Math.min(until, instance.end?.at ?? Infinity);
  const diskNano = nanoHours(instance.diskNanoUsdPerHour, diskEnd - instance.createdAt);
  const bytes = bytesUntil(instance.traffic, until);
  return {
    gpuMicroUsd: microUsd(gpuNano),
    diskMicroUsd: microUsd(diskNano),
    upMicroUsd: transferMicroUsd(instance.nanoUsdPerGbTransfer, bytes.up),
    downMicroUsd: transferMicroUsd(instance.nanoUsdPerGbTransfer, bytes.down),
    gpuMs,
  };
}

/** What the instance cost between two instants; adjoining spans add up without a gap. */
export function costBetween(instance: Instance, from: number, to: number): Cost {
  const [before, after] = [costUntil(instance, from), costUntil(instance, to)];
  return {
    gpuMicroUsd: after.gpuMicroUsd - before.gpuMicroUsd,
    diskMicroUsd: after.diskMicroUsd - before.diskMicroUsd,
    upMicroUsd: after.upMicroUsd - before.upMicroUsd,
    downMicroUsd: after.downMicroUsd - before.downMicroUsd,
    gpuMs: after.gpuMs - before.gpuMs,
  };
}

export function spentUntil(state: State, until: number): number {
  return state.instances.reduce(
    (sum, instance) => sum + totalMicroUsd(costUntil(instance, until)),
    0,
  );
}

/** Prepaid funds left; below zero while disks go on billing after the money ran out. */
export function creditMicroUsd(state: State, now: number): number {
  return state.paidInMicroUsd - spentUntil(state, now);
}

/**
 * Stops every instance at the very instant the credit was used up, also when that passed unseen.
 * Safe to repeat.
 */
export function stopWhenBroke(state: State, now: number): void {
  if (creditMicroUsd(state, now) > 0) return;
  const { instances } = state;
  const funded = Math.min(now, ...instances.map((instance) => instance.createdAt - 1));
  const at = brokeAt((instant) => creditMicroUsd(state, instant), funded, now);
  for (const instance of instances) {
    if (exists(instance, at)) stopAt(instance, at);
  }
}
