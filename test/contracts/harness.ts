// The interface between the contract suite and a provider's adapter and simulator. Each provider
// has one `Start`; the suite must use nothing else of it.

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

/** The faults that every simulator supports. */
export const faultNames = [
  ...(['refuse', 'rate-limit', 'slow', 'fail-before-effect'] as const),
  ...(['drop-after-effect', 'error-after-effect', 'bad-key', 'partial-page'] as const),
  ...(['stale-list', 'refuse-destroy', 'zombie', 'vanish'] as const),
  ...(['interrupt', 'price-rise', 'never-boots', 'boot-failure', 'bad-image'] as const),
  ...(['no-address'] as const),
] as const;

/** The faults whose responses are wrong, most of them with the status of a success. */
export const falseResponses = [
  ...(['other-account', 'empty-list', 'missing-total', 'rewritten-label'] as const),
  ...(['cut-label', 'wrong-id', 'reused-id', 'quoted-key'] as const),
  ...(['odd-row', 'young-404', 'absurd-retry-after'] as const),
] as const;
export type FaultName = (typeof faultNames)[number] | (typeof falseResponses)[number];

export type Fault = {
  readonly name: FaultName;
  readonly operation?: Operation;
  /** Only calls about this instance. */
  readonly instanceId?: InstanceId;
  /** How many calls it applies to; without it, all until the fault is removed. */
  readonly times?: number;
  /** Simulated time, but real time with `slow`. */
  readonly forMs?: number;
  /** The index of the provider's response body, where a fault has several. */
  readonly variant?: number;
};

/** An instance in the simulator's actual state. */
type Instance = {
  readonly id: InstanceId;
  readonly label: string | null;
  readonly alive: boolean;
  readonly chargedMicroUsd: number;
};

export type Harness = {
  /**
   * The adapter with the right key. Its pauses move the simulator's clock and take no real time.
   */
  readonly provider: Provider;
  /** The same adapter with an unknown key. */
  readonly stranger: Provider;
  /** How often the adapter reported that the key of `stranger` was refused. */
  readonly refusals: () => number;
  /** The key of the adapter. */
  readonly key: string;
  /** The number of instances on a page of a listing. */
  readonly pageSize: number;
  /** Every offer that can be leased now, found in a different way than the adapter's. */
  readonly leasable: () => Promise<readonly OfferId[]>;
  readonly now: () => EpochMs;
  readonly pass: (length: DurationMs) => void;
  readonly addFault: (fault: Fault) => void;
  readonly clearFaults: () => void;
  readonly instances: () => readonly Instance[];
  /** Adds an instance to the account that no lease created. */
  readonly addForeign: (label: string | null) => InstanceId;
  /** The number of create calls received. */
  readonly creates: () => number;
  /** The number of rate-limited calls. */
  readonly tooFast: () => number;
  readonly close: () => Promise<void>;
};

export type StartOptions = {
  /** The prepaid credit in dollars; 1,000 by default. */
  readonly creditUsd?: number;
  /** The share of the market that other customers rent; they rent and release offers. */
  readonly othersShare?: number;
  /** Whether the market has hundreds of offers, so that a search takes many pages. */
  readonly largeMarket?: boolean;
};

export type Start = (options?: StartOptions) => Promise<Harness>;
