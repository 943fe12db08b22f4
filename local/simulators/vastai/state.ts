// Everything the simulator remembers, as plain data that JSON can carry. It must hold no functions,
// sockets or timers: those live in machines.ts and can be made again from this.
// Instants are epoch milliseconds and may lie ahead: what the future holds is already written.

import * as z from 'zod/mini';
import { Rate, Traffic } from '../kit/billing.ts';
import type { RequestEntry } from '../kit/controls.ts';
import { Fault } from '../kit/faults.ts';
import type { Gate } from '../kit/gates.ts';
import { End, Run } from '../kit/life.ts';

const Machine = z.object({
  id: z.int(),
  hostId: z.int(),
  gpuName: z.string(),
  gpus: z.int(),
  /** Rates are whole nano-dollars, so that the wire shows fractions of a micro-dollar. */
  nanoUsdPerGpuHour: z.int(),
  nanoUsdPerGpuHourLeastBid: z.int(),
  nanoUsdPerGbMonth: z.int(),
  transferUsdPerGb: z.number(),
  verification: z.enum(['verified', 'unverified', 'deverified']),
  rentable: z.boolean(),
  reliability: z.number(),
  place: z.string(),
  country: z.string(),
  dataCentre: z.boolean(),
  staticIp: z.boolean(),
  directPorts: z.int(),
  cpuCores: z.int(),
  cpuRamMb: z.int(),
  diskGb: z.int(),
  diskMbPerSecond: z.number(),
  upMbit: z.number(),
  downMbit: z.number(),
  offeredUntil: z.number(),
});
export type Machine = Readonly<z.infer<typeof Machine>>;

/** A machine is offered in several sizes at once; they compete for the same GPUs. */
const Offer = z.object({ id: z.int(), machineId: z.int(), gpus: z.int() });
export type Offer = Readonly<z.infer<typeof Offer>>;

/** By id; JSON keeps numbers as keys in order. */
const byId = <Value extends z.ZodMiniType>(value: Value) => z.record(z.coerce.number(), value);

const Market = z.object({ machines: byId(Machine), offers: byId(Offer) });
export type Market = Readonly<z.infer<typeof Market>>;

const SshKey = z.object({ id: z.int(), publicKey: z.string(), addedAt: z.number() });
export type SshKey = Readonly<z.infer<typeof SshKey>>;

const Instance = z.object({
  id: z.int(),
  offerId: z.int(),
  foreign: z.boolean(),
  label: z.nullable(z.string()),
  image: z.string(),
  runtype: z.string(),
  onstart: z.string(),
  env: z.record(z.string(), z.string()),
  diskGb: z.number(),
  isBid: z.boolean(),
  /** Opens this one instance only. */
  apiKey: z.string(),
  createdAt: z.number(),
  runs: z.array(Run),
  gpuRates: z.array(Rate),
  diskNanoUsdPerHour: z.int(),
  nanoUsdPerGbTransfer: z.int(),
  traffic: z.array(Traffic),
  /** Attached ones and the account's at create; those of the start script are only in there. */
  keys: z.array(SshKey),
  /** The machine's own, in OpenSSH's formats. */
  hostKey: z.object({ privateKey: z.string(), publicKey: z.string() }),
  /** Where SSH last listened, so that it does again. */
  sshPort: z.nullable(z.int()),
  end: z.nullable(End),
});
export type Instance = z.infer<typeof Instance>;

/** What a restart must not forget. */
export const Kept = z.object({
  seed: z.number(),
  market: Market,
  paidInMicroUsd: z.int(),
  /** Gone ones stay, for their charges; ids count up from `firstInstanceId` without gaps. */
  instances: z.array(Instance),
  accountKeys: z.array(SshKey),
  nextKeyId: z.int(),
  faults: z.array(Fault),
  /** How many bodies of a kind were handed out, so that variants take turns. */
  turns: z.record(z.string(), z.int()),
});
export type Kept = z.infer<typeof Kept>;

export type State = Kept & {
  readonly gates: Record<string, Gate>;
  readonly requests: RequestEntry[];
};

export const firstInstanceId = 31_988_001;

export function instanceOf(state: State, id: number | undefined): Instance | undefined {
  return state.instances[(id ?? 0) - firstInstanceId];
}
