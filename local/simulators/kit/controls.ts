// A simulator's back door: what is true, whatever its API says, and what to make go wrong. Tests
// and the demo use it; an adapter must never. Ids are texts, as providers' ids are. Types only.

import type { FaultSpec } from './faults.ts';

/** What is true of an instance. */
export type TrueInstance = {
  readonly id: string;
  readonly label: string | null;
  /** Not created through the API by this account's caller. */
  readonly foreign: boolean;
  readonly gpuName: string;
  readonly gpuCount: number;
  /** As programs on the instance see it. */
  readonly env: Readonly<Record<string, string>>;
  readonly sshHostKey: string;
  /** Where it was last asked about; null until then. */
  readonly sshPort: number | null;
  /** Whether it exists, and so may be billed. */
  readonly alive: boolean;
  /** Whether it has booted and runs. */
  readonly up: boolean;
  readonly createdAt: number;
  /** May lie ahead for a zombie. */
  readonly end: { readonly at: number; readonly kind: 'destroyed' | 'vanished' } | null;
  readonly chargedMicroUsd: number;
};

/** Every micro-dollar paid in and spent, by instance, destroyed ones included. */
export type Books = {
  readonly paidInMicroUsd: number;
  readonly spentMicroUsd: number;
  readonly creditMicroUsd: number;
  readonly instances: readonly {
    readonly id: string;
    readonly label: string | null;
    readonly foreign: boolean;
    readonly totalMicroUsd: number;
  }[];
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

/** What an instance sent and received; GB are 10^9 bytes. */
export type TrafficSpec = { readonly id: string; readonly upGb: number; readonly downGb: number };

export type Controls = {
  instances(): readonly TrueInstance[];
  books(): Books;
  /** The latest calls, oldest first; keys are left out. */
  requests(): readonly RequestEntry[];
  /** An instance of the account that nobody created through the API; its id. */
  addForeignInstance(label?: string | null): string;
  addFault(spec: FaultSpec): void;
  clearFaults(): void;
  /** The instance is gone at once, and nothing reports it. */
  vanish(id: string): void;
  /** The provider stops it; what it keeps goes on billing. */
  interrupt(id: string): void;
  /** Its GPU rate is multiplied from now on. */
  raisePrice(id: string, factor: number): void;
  /** It has just sent and received this much. */
  addTraffic(spec: TrafficSpec): void;
  /** Pays in. */
  addCredit(usd: number): void;
};
