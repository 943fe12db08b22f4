// The effect of a fault on an instance's life, at create or later. This file must only record the
// future change and its instant.

import { currentRun, endAt, type Life, stopAt } from './life.ts';

type Instance = Life & { readonly gpuRates: Rate[] };

import type { Rate } from './billing.ts';
import type { LifeFault } from './faults.ts';

const raiseFactor = 1.5;

/** The default time from ready until an instance vanishes or is interrupted. */
const defaultRunMs = 60_000;

/** Applies a fault in the create call; the instance ends or stops `forMs` after it is ready. */
export function applyAtCreate(instance: Instance, name: LifeFault, forMs = defaultRunMs): void {
  const readyAt = instance.runs[0]?.readyAt ?? instance.createdAt;
  applyLifeFault(instance, name, { now: instance.createdAt, endsAt: readyAt + forMs });
}

/** Applies a fault now; an end or a stop may be in the future. */
export function applyLifeFault(
  instance: Instance,
  name: LifeFault,
  { now, endsAt }: { readonly now: number; readonly endsAt: number },
): void {
  switch (name) {
    case 'vanish':
      endAt(instance, endsAt, 'vanished');
      break;
    case 'interrupt':
      stopAt(instance, endsAt);
      break;
    case 'price-rise':
      raisePrice(instance, raiseFactor, now);
      break;
    case 'never-boots':
      neverBoot(instance, now);
      break;
  }
}

/** Multiplies the GPU rate from the instant on. */
export function raisePrice(instance: Instance, factor: number, from: number): void {
  const rate = instance.gpuRates.at(-1)?.nanoUsdPerHour ?? 0;
  instance.gpuRates.push({ from, nanoUsdPerHour: Math.round(rate * factor) });
}

function neverBoot(instance: Instance, now: number): void {
  const run = currentRun(instance, now);
  if (run !== undefined && (run.readyAt ?? 0) >= now) run.readyAt = null;
}
