// The controls of a simulator: they read its actual state, without faults and delays, and inject
// faults. Only tests, the soak and the demo use them; an adapter must never. Ids are strings, like
// providers' ids. Types only.

import type { FaultSpec } from './faults.ts';

/** The actual state of an instance. */
export type TrueInstance = {
  readonly id: string;
  readonly label: string | null;
  /** Whether it was created through the controls and not through the API. */
  readonly foreign: boolean;
  readonly gpuName: string;
  readonly gpuCount: number;
  /** The environment of programs on the instance. */
  readonly env: Readonly<Record<string, string>>;
  readonly sshHostKey: string;
  /** The SSH port, as last read through the API; null before the first read. */
  readonly sshPort: number | null;
  /** Whether it exists and may be billed. */
  readonly alive: boolean;
  /** Whether it has booted and runs. */
  readonly up: boolean;
  readonly createdAt: number;
  /** May be in the future, for a zombie. */
  readonly end: { readonly at: number; readonly kind: 'destroyed' | 'vanished' } | null;
  readonly chargedMicroUsd: number;
};

/** All money paid in and spent, by instance, including destroyed ones. */
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
  /** 0 when the connection was dropped without a response. */
  readonly status: number;
};

/** The traffic of an instance; a GB is 10^9 bytes. */
export type TrafficSpec = { readonly id: string; readonly upGb: number; readonly downGb: number };

/** What the provider pays back for an instance. */
export type RefundSpec = { readonly id: string; readonly usd: number };

export type Controls = {
  instances(): readonly TrueInstance[];
  books(): Books;
  /** The latest calls, oldest first, without keys. */
  requests(): readonly RequestEntry[];
  /** Creates an instance of the account outside the API; returns its id. */
  addForeignInstance(label?: string | null): string;
  addFault(spec: FaultSpec): void;
  clearFaults(): void;
  /** Removes the instance now; nothing reports it. */
  vanish(id: string): void;
  /** Stops the instance as the provider does; its disk is still billed. */
  interrupt(id: string): void;
  /** Multiplies the GPU rate from now on. */
  raisePrice(id: string, factor: number): void;
  /** Adds traffic of the instance at the current instant. */
  addTraffic(spec: TrafficSpec): void;
  /** Pays back a part of an instance's cost. */
  refund(spec: RefundSpec): void;
  /** Adds credit to the account. */
  addCredit(usd: number): void;
};
