// The simulator's state, as plain JSON data. It must hold no functions, sockets or timers: those
// are in machines.ts and can be recreated from the state. Instants are epoch milliseconds and may
// be in the future: planned changes are recorded in advance.

import * as z from 'zod/mini';
import { AgentMemory } from '../kit/agent.ts';
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
  /** Rates are whole nano-dollars: the provider shows fractions of a micro-dollar. */
  nanoUsdPerGpuHour: z.int(),
  minBidNanoUsdPerGpuHour: z.int(),
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

/** A machine has several offers of different sizes, which share the same GPUs. */
const Offer = z.object({ id: z.int(), machineId: z.int(), gpus: z.int() });
export type Offer = Readonly<z.infer<typeof Offer>>;

/** Objects by id; JSON keeps numeric keys in order. */
const byId = <Value extends z.ZodMiniType>(value: Value) => z.record(z.coerce.number(), value);

const Market = z.object({ machines: byId(Machine), offers: byId(Offer) });
export type Market = Readonly<z.infer<typeof Market>>;

const SshKey = z.object({ id: z.int(), publicKey: z.string(), addedAt: z.number() });
export type SshKey = Readonly<z.infer<typeof SshKey>>;

const Instance = z.object({
  id: z.int(),
  offerId: z.int(),
  foreign: z.boolean(),
  /** Whether the other account of the fault `other-account` owns it. */
  ofOtherAccount: z.boolean(),
  label: z.nullable(z.string()),
  image: z.string(),
  runtype: z.string(),
  onstart: z.string(),
  env: z.record(z.string(), z.string()),
  diskGb: z.number(),
  isBid: z.boolean(),
  /** Valid only for this instance. */
  apiKey: z.string(),
  createdAt: z.number(),
  runs: z.array(Run),
  gpuRates: z.array(Rate),
  bootError: z._default(z.nullable(z.string()), null),
  wrongGpu: z._default(z.boolean(), false),
  diskNanoUsdPerHour: z.int(),
  nanoUsdPerGbTransfer: z.int(),
  traffic: z.array(Traffic),
  /** What the provider paid back for it. */
  refunds: z.array(z.object({ at: z.number(), microUsd: z.int() })),
  /** The attached keys, and the account's at create; without the keys in the start script. */
  keys: z.array(SshKey),
  /** The machine's host key, in OpenSSH's format. */
  hostKey: z.object({ privateKey: z.string(), publicKey: z.string() }),
  /** The last port of the SSH server, which it reuses. */
  sshPort: z.nullable(z.int()),
  /** What its node agent knows; null before the first run. */
  agent: z.nullable(AgentMemory),
  end: z.nullable(End),
});
export type Instance = z.infer<typeof Instance>;

/** The part of the state that survives a restart. */
export const Kept = z.object({
  seed: z.number(),
  market: Market,
  paidInMicroUsd: z.int(),
  /** With ended ones, for their charges. Ids count up from `firstInstanceId`, unless reused. */
  instances: z.array(Instance),
  accountKeys: z.array(SshKey),
  nextKeyId: z.int(),
  faults: z.array(Fault),
  /** How many bodies of a kind were sent, so that variants take turns. */
  turns: z.record(z.string(), z.int()),
});
export type Kept = z.infer<typeof Kept>;

export type State = Kept & {
  readonly gates: Record<string, Gate>;
  readonly requests: RequestEntry[];
};

export const firstInstanceId = 31_988_001;

/** The instance with the number; the latest one when the number was reused. */
export function instanceOf(state: State, id: number | undefined): Instance | undefined {
  return state.instances.findLast((instance) => instance.id === id);
}

/** All instances; of those with a reused number, only the latest. */
export function latestByNumber({ instances }: Pick<State, 'instances'>): Instance[] {
  return [...new Map(instances.map((instance) => [instance.id, instance])).values()];
}
