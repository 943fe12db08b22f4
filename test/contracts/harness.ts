// What a provider's simulator has to offer so that the contract suite can hold its adapter to the
// port's promises. Each provider brings one `Start`; the suite knows nothing else of it.

import type { InstanceId, OfferId } from '../../shared/core/base/ids.ts';
import type { DurationMs, EpochMs } from '../../shared/core/base/time.ts';
import type { Provider } from '../../shared/ports/provider.ts';

type Operation =
  | 'search'
  | 'create'
  | 'get'
  | 'list'
  | 'destroy'
  | 'attach-key'
  | 'balance'
  | 'charges';

/** The words every simulator shares: the one list of faults. */
export const faultNames = [
  ...(['refuse', 'rate-limit', 'slow', 'fail-before-effect'] as const),
  ...(['drop-after-effect', 'error-after-effect', 'bad-key', 'partial-page'] as const),
  ...(['stale-list', 'refuse-destroy', 'zombie', 'vanish'] as const),
  ...(['interrupt', 'price-rise', 'never-boots'] as const),
] as const;
export type FaultName = (typeof faultNames)[number];

export type Fault = {
  readonly name: FaultName;
  readonly operation?: Operation;
  /** How often it strikes; without it, until cleared. */
  readonly times?: number;
  /** Simulated time, but real time with `slow`. */
  readonly forMs?: number;
  /** Which of the provider's bodies, where a fault has several. */
  readonly variant?: number;
};

/** What is really there, whatever the provider's API says of it. */
type Instance = {
  readonly id: InstanceId;
  readonly label: string | null;
  readonly alive: boolean;
  readonly chargedMicroUsd: number;
};

export type Harness = {
  /** The adapter with the right key. Its pauses move the simulator's clock and take no time. */
  readonly provider: Provider;
  /** The same adapter with a key that nobody knows. */
  readonly stranger: Provider;
  /** How many instances a page of a listing holds. */
  readonly pageSize: number;
  /** Every offer that can be leased right now, found in another way than the adapter's. */
  readonly leasable: () => Promise<readonly OfferId[]>;
  readonly now: () => EpochMs;
  readonly pass: (length: DurationMs) => void;
  readonly addFault: (fault: Fault) => void;
  readonly clearFaults: () => void;
  readonly instances: () => readonly Instance[];
  /** An instance of the same account that isn't ours. */
  readonly addForeign: (label: string | null) => InstanceId;
  /** How many create calls arrived. */
  readonly creates: () => number;
  /** How many calls were refused because they came too fast. */
  readonly tooFast: () => number;
  readonly close: () => Promise<void>;
};

export type StartOptions = {
  /** Prepaid dollars; plenty unless said. */
  readonly creditUsd?: number;
  /** Whether calls that come too fast are refused. */
  readonly rateLimits?: boolean;
  /** The share of the market that others have at any time; they leave and take offers. */
  readonly othersShare?: number;
  /** Whether the market is as large as a real one; a search of it takes many pages. */
  readonly largeMarket?: boolean;
};

export type Start = (options?: StartOptions) => Promise<Harness>;
