// The simulator's controls over its own state: they read the actual state and inject faults.

import type { Controls, RefundSpec, TrafficSpec } from '../kit/controls.ts';
import { type FaultSpec, faultOf, isLifeFault } from '../kit/faults.ts';
import { endAt, exists } from '../kit/life.ts';
import { applyLifeFault, raisePrice } from '../kit/life-faults.ts';
import { isFree, takenBy } from './life.ts';
import { isTakenByOthers } from './others.ts';
import { type Renting, type RentRequest, rent } from './routes/create.ts';
import { type Instance, instanceOf, type State } from './state.ts';
import { trueBooks, trueInstances } from './truth.ts';

const foreignLabel = 'somebody-elses-training';

/**
 * `settle` applies all changes that are due and returns the current instant. Every control that
 * changes something settles before and after.
 */
export function createControls(world: Pick<Renting, 'state' | 'settings'>, settle: () => number) {
  const { state } = world;
  const changing =
    <Args extends unknown[], Result>(act: (now: number, ...args: Args) => Result) =>
    (...args: Args): Result => {
      const result = act(settle(), ...args);
      settle();
      return result;
    };
  const addFault = changing((now, spec: FaultSpec) => add(rentingAt(world, now), spec));

  return {
    instances: () => trueInstances(state, settle()),
    books: () => trueBooks(state, settle()),
    requests: () => state.requests,
    addForeignInstance: changing((now, label: string | null = foreignLabel) =>
      String(rentForeign(rentingAt(world, now), { label }).id),
    ),
    addFault,
    clearFaults: changing(() => {
      state.faults = [];
    }),
    vanish: (id: string) => addFault({ name: 'vanish', instanceId: id }),
    interrupt: (id: string) => addFault({ name: 'interrupt', instanceId: id }),
    raisePrice: changing((now, id: string, factor: number) =>
      raisePrice(find(state, id), factor, now),
    ),
    addTraffic: changing((now, spec: TrafficSpec) => addTraffic(state, spec, now)),
    refund: changing((now, spec: RefundSpec) => refund(state, spec, now)),
    addCredit: changing((_now, usd: number) => {
      state.paidInMicroUsd += Math.round(usd * 1e6);
    }),
  } satisfies Controls;
}

function rentingAt(world: Pick<Renting, 'state' | 'settings'>, now: number): Renting {
  return { ...world, account: 'own', now, takeFault: () => undefined };
}

/** With an instance id, a life fault applies now, or `forMs` from now, and an id is reused now. */
function add(renting: Renting, spec: FaultSpec): void {
  const { state, now } = renting;
  const { instanceId, name, forMs = 0 } = spec;
  if (instanceId !== undefined && name === 'reused-id') {
    endAt(find(state, instanceId), now, 'vanished');
    rentForeign(renting, { label: foreignLabel, id: Number(instanceId) });
  } else if (instanceId !== undefined && isLifeFault(name)) {
    applyLifeFault(find(state, instanceId), name, { now, endsAt: now + forMs });
  } else {
    state.faults.push(faultOf(spec, now));
  }
}

function refund(state: State, { id, usd }: RefundSpec, now: number): void {
  find(state, id).refunds.push({ at: now, microUsd: Math.round(usd * 1e6) });
}

function addTraffic(state: State, { id, upGb, downGb }: TrafficSpec, now: number): void {
  const instance = find(state, id);
  if (!exists(instance, now)) throw new Error(`instance ${id} has ended`);
  const [upBytes, downBytes] = [Math.round(upGb * 1e9), Math.round(downGb * 1e9)];
  instance.traffic.push({ at: now, upBytes, downBytes });
}

function find(state: State, id: string): Instance {
  const instance = instanceOf(state, Number(id));
  if (instance === undefined) throw new Error(`instance ${id} does not exist`);
  return instance;
}

function rentForeign(context: Renting, { label, id }: Pick<RentRequest, 'label' | 'id'>): Instance {
  const { state, now } = context;
  const taken = takenBy(state, now);
  const offer = Object.values(state.market.offers).find((candidate) => {
    const machine = state.market.machines[candidate.machineId];
    if (candidate.gpus !== 1 || machine === undefined) return false;
    return isFree(taken, candidate, machine) && !isTakenByOthers(context, machine.id, now);
  });
  if (offer === undefined) throw new Error('no offer with one GPU is free');
  return rent(context, offer, {
    ...{ label, image: 'pytorch/pytorch:latest', runtype: 'ssh_direc ssh_proxy', onstart: '' },
    ...{ env: {}, diskGb: 20, bidNanoUsdPerHour: null, running: true, foreign: true },
    ...(id !== undefined && { id }),
  });
}
