// A seeded market: machines drawn from the calibration, each offered in several sizes. It must
// depend only on the seed, the number of offers and its start instant.

import { between, createRandom, draw, pick, type Random } from '../kit/random.ts';
import * as calibration from './calibration.ts';
import type { Machine, Market, Offer } from './state.ts';

const dayMs = 86_400_000;
const firstOfferId = 30_400_000;
const firstMachineId = 20_000;

/**
 * Draws machines until `wanted` offers are verified and rentable; the other offers are extra.
 */
export function createMarket(seed: number, wanted: number, now: number): Market {
  const random = createRandom(seed);
  const machines: Record<number, Machine> = {};
  const offers: Record<number, Offer> = {};
  let nextOfferId = firstOfferId;
  for (let count = 0, machineId = firstMachineId; count < wanted; machineId += 1) {
    const machine = drawMachine(random, machineId, now);
    machines[machineId] = machine;
    const counts = machine.rentable && machine.verification === 'verified';
    for (const gpus of sizes(machine.gpus).slice(0, counts ? wanted - count : undefined)) {
      nextOfferId += between(random, 1, 90);
      offers[nextOfferId] = { id: nextOfferId, machineId, gpus };
      count += counts ? 1 : 0;
    }
  }
  return { machines, offers };
}

/** The offer sizes of a machine: 8, 4, 2 and 1 GPUs. */
function sizes(gpus: number): number[] {
  return gpus === 1 ? [1] : [gpus, ...sizes(gpus / 2)];
}

function drawMachine(random: Random, id: number, now: number): Machine {
  const model = pick(random, calibration.gpuModels, (gpu) => gpu.free);
  const [gpus] = pick(random, calibration.machineSizes, ([, weight]) => weight);
  const [place, country] = pick(random, calibration.places, ([, , weight]) => weight);
  const unverified = random() < calibration.unverifiedShare;
  const cpuCores = gpus * Math.round(draw(random, calibration.cpuCoresPerGpu));
  const nanoUsdPerGpuHour = nano(draw(random, model.price));
  const bidRatio = Math.min(1, draw(random, calibration.bidRatio));
  return {
    id,
    hostId: between(random, 1_000, 160_000),
    gpuName: model.name,
    gpus,
    nanoUsdPerGpuHour,
    minBidNanoUsdPerGpuHour: Math.round(nanoUsdPerGpuHour * bidRatio),
    nanoUsdPerGbMonth: nano(draw(random, calibration.storageUsdPerGbMonth)),
    transferUsdPerGb: draw(random, calibration.transferUsdPerGb),
    verification: unverified ? pick(random, ['unverified', 'deverified'], even) : 'verified',
    rentable: random() >= calibration.unrentableShare,
    reliability: Math.min(0.9999, draw(random, calibration.reliability)),
    place,
    country,
    ...drawHost(random),
    cpuCores,
    cpuRamMb: cpuCores * between(random, 2_000, 8_000),
    diskGb: gpus * Math.round(draw(random, calibration.diskGb)),
    offeredUntil: now + Math.round(draw(random, calibration.daysOffered)) * dayMs,
  };
}

function drawHost(random: Random) {
  return {
    dataCentre: random() < 0.25,
    staticIp: random() < 0.8,
    // Some hosts have no free ports: their instances are only reachable through the proxy.
    directPorts: random() < 0.04 ? 0 : Math.round(draw(random, calibration.directPorts)),
    diskMbPerSecond: draw(random, calibration.diskMbPerSecond),
    upMbit: draw(random, calibration.megabitsPerSecond),
    downMbit: draw(random, calibration.megabitsPerSecond),
  };
}

function even(): number {
  return 1;
}

function nano(usd: number): number {
  return Math.round(usd * 1e9);
}
