// The effect of a fault on an instance's life, at create or later. This file must only record the
// future change and its instant.

import type { Rate } from './billing.ts';
import type { LifeFault } from './faults.ts';
import { currentRun, endAt, type Life, stopAt } from './life.ts';

type Instance = Life & {
  readonly gpuRates: Rate[];
  readonly image: string;
  /** What its host says about a boot that failed; null for one that goes on. */
  bootError: string | null;
  /** Whether it has another GPU than its offer. */
  wrongGpu: boolean;
};

const raiseFactor = 1.5;

const NO_RUNTIME =
  'failed to create task for container: OCI runtime create failed: nvidia-container-cli: ' +
  'initialization error: nvml error: driver not loaded: unknown';
const noManifest = (image: string): string =>
  `manifest for ${image} not found: manifest unknown: manifest unknown`;

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
    case 'boot-failure':
      neverBoot(instance, now);
      instance.bootError = `Error response from daemon: ${NO_RUNTIME}`;
      break;
    case 'bad-image':
      neverBoot(instance, now);
      instance.bootError = `Error response from daemon: ${noManifest(instance.image)}`;
      break;
    case 'wrong-gpu':
      instance.wrongGpu = true;
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
