// What a fault does to an instance's life, be it while it is created or later. It must only write
// down what will happen and when.

import { currentRun, endAt, type Life, stopAt } from './life.ts';

type Instance = Life & { readonly gpuRates: Rate[] };

import type { Rate } from './billing.ts';
import type { LifeFault } from './faults.ts';

const raiseFactor = 1.5;

/** How long an instance serves before it vanishes or is interrupted, unless the fault says. */
const servesMs = 60_000;

/** Strikes an instance in its create call; it ends or stops `forMs` after it is ready. */
export function strikeNewborn(instance: Instance, name: LifeFault, forMs = servesMs): void {
  const readyAt = instance.runs[0]?.readyAt ?? instance.createdAt;
  strikeLife(instance, name, { now: instance.createdAt, endsAt: readyAt + forMs });
}

/** Strikes now; an end or a stop may lie ahead. */
export function strikeLife(
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
