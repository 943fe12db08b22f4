// What every route is handed: the state, the instant of the request and what it asks. Nothing here
// outlives the request.

import type { Fault, FaultName } from '../kit/faults.ts';
import type { Row } from '../kit/json.ts';
import type { Reply } from '../kit/wire.ts';
import type { Lags } from './life.ts';
import type { Instance, Machine, Offer, State } from './state.ts';

export type Settings = Lags & {
  readonly apiKey: string;
  readonly bootMs: number;
  readonly rateLimits: boolean;
  /** Whether a refused call makes the wait for the next one begin again. */
  readonly refusalRestarts: boolean;
  /** How much of the market other people have rented at any time, 0 to 1. */
  readonly othersShare: number;
  /** For how long searches show what others have rented or given back as it was before. */
  readonly offerLagMs: number;
};

export type Context = {
  readonly state: State;
  readonly settings: Settings;
  readonly now: number;
  /** Where the instance's SSH listens, opened at this call if need be; null unless it is up. */
  readonly sshPort: (instance: Instance) => Promise<number | null>;
  /** A fault of that name that strikes this very call, used up by one. */
  readonly strike: (name: FaultName) => Fault | undefined;
  /** The same, of the faults about one of the instances that a list is about. */
  readonly strikeAbout: (name: FaultName, instanceId: number) => Fault | undefined;
};

export type Request = {
  /** The numbers in the path, in order; NaN where it holds something else. */
  readonly ids: readonly number[];
  readonly query: URLSearchParams;
  readonly body: Row;
};

export type Route = (context: Context, request: Request) => Reply | Promise<Reply>;

/** The offer and machine behind an instance; they were there when it was created. */
export function placeOf(
  state: State,
  instance: Instance,
): { readonly offer: Offer; readonly machine: Machine } {
  const offer = state.market.offers[instance.offerId];
  const machine = offer && state.market.machines[offer.machineId];
  if (!offer || !machine) throw new Error(`instance ${instance.id} stands on no machine`);
  return { offer, machine };
}
