// The interface of every simulator: its options, its server and its controls. Code that works with
// any provider must use nothing else. Types only.

import type { AgentOptions } from './agent.ts';
import type { After } from './alarm.ts';
import type { Controls } from './controls.ts';
import type { StartMachine } from './machines.ts';

export type SimulatorOptions = AgentOptions & {
  /** The API keys of its only account: a value for each key field of the provider. */
  readonly keys: Readonly<Record<string, string>>;
  /** Epoch milliseconds; may be scaled, or stop and jump hours. */
  readonly now: () => number;
  /** A timer on the clock of `now`, used to start and stop the programs on machines. */
  readonly after?: After;
  /** The file of the state. A state in the file overrides the options. */
  readonly statePath?: string;
  readonly seed?: number;
  /** Offers that can be rented at the start, at least one; hundreds by default. */
  readonly offers?: number;
  /** Whether a rate-limited call restarts the wait; false by default. */
  readonly refusalRestarts?: boolean;
  /** The share of the market that other customers rent, 0 to 1; 0 by default. */
  readonly othersShare?: number;
  /** The time from create until the instance is up. */
  readonly bootMs?: number;
  /** The time from create until a read, or a listing, shows the instance. */
  readonly readLagMs?: number;
  readonly listLagMs?: number;
  /** How long reads and listings show a destroyed instance. */
  readonly destroyLagMs?: number;
  /** The account's credit in USD. */
  readonly credit?: number;
  /**
   * Called when an instance is up; the returned function is called when it goes down. By default it
   * starts the node agent, on instances that have its environment.
   */
  readonly startMachine?: StartMachine;
};

export type MarketSimulator = Controls & {
  /** Starts serving on loopback; returns the address without a trailing slash. */
  listen(port?: number): Promise<string>;
  /** Stops the server and every machine; the state stays readable. */
  close(): Promise<void>;
};

/** The type of `createSimulator` in each simulator's `simulator.ts`. */
export type CreateSimulator = (options: SimulatorOptions) => MarketSimulator;
