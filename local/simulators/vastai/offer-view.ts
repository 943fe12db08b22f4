// An offer in the provider's response format. Prices are USD per hour for the whole offer, with the
// disk size of the search. It must have no field that the recorded rows lack.

import { gpuModels } from './calibration.ts';
import type { Machine, Offer } from './state.ts';

const hoursPerMonth = 720;

/** The same on every host. */
export const driverVersion = '570.124.04';
export const cudaVersion = '12.8';

/** The pricing of a search: the disk size, the price type, and whether the GPUs are rented. */
export type Pricing = {
  readonly diskGb: number;
  readonly bid: boolean;
  readonly rented: boolean;
  readonly now: number;
};

/** The disk's rate; the provider's month has 720 hours. */
export function diskNanoUsdPerHour(machine: Machine, diskGb: number): number {
  return Math.round((machine.nanoUsdPerGbMonth * diskGb) / hoursPerMonth);
}

export function gpuNanoUsdPerHour(machine: Machine, gpus: number, bid: boolean): number {
  return gpus * (bid ? machine.minBidNanoUsdPerGpuHour : machine.nanoUsdPerGpuHour);
}

export function usd(nano: number): number {
  return nano / 1e9;
}

/** The complete row for one pricing. */
export function offerView(offer: Offer, machine: Machine, pricing: Pricing) {
  const gpuNano = gpuNanoUsdPerHour(machine, offer.gpus, pricing.bid);
  const diskNano = diskNanoUsdPerHour(machine, pricing.diskGb);
  const total = usd(gpuNano + diskNano);
  const { dlperf, tflops } = modelOf(machine);
  return {
    id: offer.id,
    ask_contract_id: offer.id,
    bundle_id: offer.id * 31,
    ...machineView(machine, offer.gpus),
    ...offerOnlyView(machine, pricing.now),
    dph_base: usd(gpuNano),
    dph_total: total,
    dph_total_adj: total,
    discounted_dph_total: total,
    min_bid: usd(gpuNanoUsdPerHour(machine, offer.gpus, true)),
    is_bid: pricing.bid,
    storage_total_cost: usd(diskNano),
    search: priceView(gpuNano, diskNano),
    instance: priceView(0, diskNano),
    dlperf: dlperf * offer.gpus,
    dlperf_per_dphtotal: (dlperf * offer.gpus) / total,
    score: (dlperf * offer.gpus) / total / 2,
    total_flops: tflops * offer.gpus,
    gpu_total_ram: modelOf(machine).ramMb * offer.gpus,
    rentable: machine.rentable && !pricing.rented,
    rented: pricing.rented,
  };
}

export type OfferView = ReturnType<typeof offerView>;

function offerOnlyView(machine: Machine, now: number) {
  return {
    disk_space: machine.diskGb,
    // An address reserved for documentation; an instance shows its actual address.
    public_ipaddr: `203.0.113.${machine.id % 250}`,
    duration: (machine.offeredUntil - now) / 1000,
    start_date: now / 1000,
    end_date: machine.offeredUntil / 1000,
    reliability: machine.reliability,
    resource_type: 'gpu',
    vericode: 1,
    vms_enabled: false,
    credit_discount_max: 0,
    discount_rate: 0,
    external: null,
    hostname: null,
    bundled_results: null,
    time_remaining: '',
    rn: 1,
  };
}

/** The columns of the machine and its host, shared by offers and instances. */
export function machineView(machine: Machine, gpus: number) {
  const model = modelOf(machine);
  const share = gpus / machine.gpus;
  return {
    machine_id: machine.id,
    host_id: machine.hostId,
    gpu_name: machine.gpuName,
    num_gpus: gpus,
    gpu_frac: share,
    gpu_arch: 'nvidia',
    gpu_ram: model.ramMb,
    compute_cap: model.computeCap,
    cuda_max_good: Number(cudaVersion),
    driver_version: driverVersion,
    driver_vers: 570_124_004,
    cpu_name: 'AMD EPYC 7642 48-Core Processor',
    cpu_cores: machine.cpuCores,
    cpu_cores_effective: machine.cpuCores * share,
    cpu_ghz: 2.3,
    cpu_ram: machine.cpuRamMb,
    cpu_arch: 'amd64',
    has_avx: 1,
    disk_bw: machine.diskMbPerSecond,
    disk_name: 'nvme',
    inet_up: machine.upMbit,
    inet_down: machine.downMbit,
    inet_up_cost: machine.transferUsdPerGb,
    inet_down_cost: machine.transferUsdPerGb,
    internet_up_cost_per_tb: machine.transferUsdPerGb * 1024,
    internet_down_cost_per_tb: machine.transferUsdPerGb * 1024,
    storage_cost: usd(machine.nanoUsdPerGbMonth),
    reliability2: machine.reliability,
    verification: machine.verification,
    hosting_type: machine.dataCentre ? 1 : 0,
    static_ip: machine.staticIp,
    direct_port_count: machine.directPorts,
    geolocation: machine.place,
  };
}

/** The price breakdown, which bid searches use. */
export function priceView(gpuNano: number, diskNano: number) {
  return {
    gpuCostPerHour: usd(gpuNano),
    diskHour: usd(diskNano),
    totalHour: usd(gpuNano + diskNano),
    discountTotalHour: 0,
    discountedTotalPerHour: usd(gpuNano + diskNano),
  };
}

export function modelOf(machine: Machine) {
  const model = gpuModels.find((candidate) => candidate.name === machine.gpuName);
  if (model === undefined) throw new Error(`no calibration for ${machine.gpuName}`);
  return model;
}
