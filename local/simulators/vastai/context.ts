// The input of every route: the state, the instant of the request, and the request. Nothing here
// outlives the request.

import type { Fault, FaultName } from '../kit/faults.ts';
import type { Row } from '../kit/json.ts';
import type { Reply } from '../kit/wire.ts';
import type { Lags } from './life.ts';
import { type Instance, instanceOf, type Machine, type Offer, type State } from './state.ts';

export type Settings = Lags & {
  readonly apiKey: string;
  readonly bootMs: number;
  /** Whether a rate-limited call restarts the wait. */
  readonly refusalRestarts: boolean;
  /** The share of the market that other customers rent, 0 to 1. */
  readonly othersShare: number;
  /** How late searches show what other customers rented or released. */
  readonly offerLagMs: number;
};

export type Context = {
  readonly state: State;
  readonly settings: Settings;
  readonly now: number;
  /** The account that the call's key belongs to: another one under the fault `other-account`. */
  readonly account: 'own' | 'other' | 'teammate';
  /** The SSH port of the instance; the first call starts its server. Null unless it is up. */
  readonly sshPort: (instance: Instance) => Promise<number | null>;
  /** Takes a fault of that name that applies to this call. */
  readonly takeFault: (name: FaultName) => Fault | undefined;
  /** Takes a fault that names an instance, for an instance in a listing. */
  readonly takeInstanceFault: (name: FaultName, instanceId: number) => Fault | undefined;
};

export type Request = {
  /** The ids in the path, in order; NaN for an id that is not a number. */
  readonly ids: readonly number[];
  readonly query: URLSearchParams;
  readonly body: Row;
};

export type Route = (context: Context, request: Request) => Reply | Promise<Reply>;

/** The instances of the call's account, with ended ones. */
export function instancesOf({ state, account }: Pick<Context, 'state' | 'account'>): Instance[] {
  return state.instances.filter((instance) => belongsTo(instance, account));
}

/** The instance of the call's account with the number. */
export function findInstance({ state, account }: Context, id?: number): Instance | undefined {
  const instance = instanceOf(state, id);
  return instance !== undefined && belongsTo(instance, account) ? instance : undefined;
}

function belongsTo({ ofOtherAccount }: Instance, account: Context['account']): boolean {
  return ofOtherAccount === (account !== 'own');
}

/** The offer and the machine of an instance; both exist since its create. */
export function placeOf(
  state: State,
  instance: Instance,
): { readonly offer: Offer; readonly machine: Machine } {
  const offer = state.market.offers[instance.offerId];
  const machine = offer && state.market.machines[offer.machineId];
  if (!offer || !machine) throw new Error(`instance ${instance.id} has no machine`);
  return { offer, machine };
}
