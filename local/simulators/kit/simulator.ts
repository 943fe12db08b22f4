// What every simulator is, to those that run it: its options, its address, and its back door. A
// simulator may do more; whoever works with any of them knows nothing else. Types only.

import type { After } from './alarm.ts';
import type { Controls } from './controls.ts';
import type { StartMachine } from './machines.ts';

export type SimulatorOptions = {
  /** What opens its one account: the value of each key field of the provider. */
  readonly keys: Readonly<Record<string, string>>;
  /** Epoch milliseconds; may be scaled, or stand still and jump hours. */
  readonly now: () => number;
  /** Timer on the clock of `now`, only ever used to follow machines up and down. */
  readonly after?: After;
  /** Where the state is kept to outlive the process; what it holds goes before options. */
  readonly statePath?: string;
  readonly seed?: number;
  /** Offers that can be rented at the start, at least one; hundreds unless given. */
  readonly offers?: number;
  /** Whether calls that come too fast are refused, as documented; true unless given. */
  readonly rateLimits?: boolean;
  /** Whether a refused call makes the wait for the next one begin again; false unless given. */
  readonly refusalRestarts?: boolean;
  /** How much of the market other people have rented at any time, 0 to 1; nothing unless given. */
  readonly othersShare?: number;
  /** From create to an instance that is up. */
  readonly bootMs?: number;
  /** Until a new instance can be read, and until lists show it. */
  readonly readLagMs?: number;
  readonly listLagMs?: number;
  /** How long a destroyed instance is still shown. */
  readonly destroyLagMs?: number;
  /** USD paid in. */
  readonly credit?: number;
  /** Called when an instance comes up; what it returns is called when it goes down. */
  readonly startMachine?: StartMachine;
};

export type MarketSimulator = Controls & {
  /** Starts serving on loopback; its address, without a closing slash. */
  listen(port?: number): Promise<string>;
  /** Ends the server and every machine; the state stays readable. */
  close(): Promise<void>;
};

/** What `simulator.ts` of each simulator exports as `createSimulator`. */
export type CreateSimulator = (options: SimulatorOptions) => MarketSimulator;
