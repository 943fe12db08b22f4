// Everything the simulator remembers, as plain data that JSON can carry. It must hold no functions,
// sockets or timers: those live in machines.ts and can be made anew from this.
// Instants are epoch milliseconds and may lie ahead: what the future holds is already written.

import type { Fault } from './faults.ts';

export type Machine = {
  readonly id: number;
  readonly hostId: number;
  readonly gpuName: string;
  readonly gpus: number;
  /** Rates are whole nano-dollars, so that the wire shows fractions of a micro-dollar. */
  readonly nanoUsdPerGpuHour: number;
  readonly nanoUsdPerGpuHourLeastBid: number;
  readonly nanoUsdPerGbMonth: number;
  readonly transferUsdPerGb: number;
  readonly verification: 'verified' | 'unverified' | 'deverified';
  readonly rentable: boolean;
  readonly reliability: number;
  readonly place: string;
  readonly country: string;
  readonly dataCentre: boolean;
  readonly staticIp: boolean;
  readonly directPorts: number;
  readonly cpuCores: number;
  readonly cpuRamMb: number;
  readonly diskGb: number;
  readonly diskMbPerSecond: number;
  readonly upMbit: number;
  readonly downMbit: number;
  readonly offeredUntil: number;
};

/** A machine is offered in several sizes at once; they compete for the same GPUs. */
export type Offer = { readonly id: number; readonly machineId: number; readonly gpus: number };

export type Market = {
  readonly machines: Readonly<Record<number, Machine>>;
  readonly offers: Readonly<Record<number, Offer>>;
};

/** The GPU is held from `startedAt` and billed from `readyAt`, which is null if it never boots. */
export type Run = { startedAt: number; readyAt: number | null; stoppedAt: number | null };

export type GpuRate = { readonly from: number; readonly nanoUsdPerHour: number };

export type SshKey = { readonly id: number; readonly publicKey: string };

export type Instance = {
  readonly id: number;
  readonly offerId: number;
  readonly foreign: boolean;
  label: string | null;
  readonly image: string;
  readonly runtype: string;
  readonly onstart: string;
  readonly env: Readonly<Partial<Record<string, string>>>;
  readonly diskGb: number;
  readonly isBid: boolean;
  /** Opens this one instance only. */
  readonly apiKey: string;
  readonly createdAt: number;
  readonly runs: Run[];
  readonly gpuRates: GpuRate[];
  readonly diskNanoUsdPerHour: number;
  keys: SshKey[];
  end: { at: number; kind: 'destroyed' | 'vanished' } | null;
};

export type RequestEntry = {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  /** 0 when the connection was dropped instead of answered. */
  readonly status: number;
};

export type State = {
  readonly market: Market;
  readonly paidInMicroUsd: number;
  /** Gone ones stay, for their charges; ids count up from `firstInstanceId` without gaps. */
  readonly instances: Instance[];
  nextKeyId: number;
  faults: Fault[];
  /** The last admitted call per endpoint and caller. */
  readonly lastCallAt: Record<string, number>;
  /** How many bodies of a kind were handed out, so that variants take turns. */
  readonly turns: Record<string, number>;
  readonly requests: RequestEntry[];
};

export const firstInstanceId = 31_988_001;

export function instanceOf(state: State, id: number | undefined): Instance | undefined {
  return state.instances[(id ?? 0) - firstInstanceId];
}
