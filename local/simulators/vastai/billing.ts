// The exact cost of every instance, derived from its recorded life. GPUs are billed while the
// container is up, disk from create to the end, traffic at its instant. The result must never
// depend on when it is computed.

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

/** Costs in whole micro-dollars, and the billed time of the GPUs. */
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

/** The cost of the instance from create until the instant. */
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

/** The cost of the instance between two instants; adjacent intervals add up exactly. */
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

/** What the account paid for the instance until the instant, less refunds. */
export function paidUntil(instance: Instance, until: number): number {
  const refunded = instance.refunds
    .filter(({ at }) => at <= until)
    .reduce((sum, { microUsd: amount }) => sum + amount, 0);
  return totalMicroUsd(costUntil(instance, until)) - refunded;
}

export function spentUntil({ instances }: Pick<State, 'instances'>, until: number): number {
  return instances.reduce((sum, instance) => sum + paidUntil(instance, until), 0);
}

/** The remaining prepaid credit; below zero when disks are billed after the credit is used up. */
export function creditMicroUsd(state: State, now: number): number {
  return state.paidInMicroUsd - spentUntil(state, now);
}

/**
 * Stops every instance at the exact instant at which the credit reached zero, also in the past.
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
