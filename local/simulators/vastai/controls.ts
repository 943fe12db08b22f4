// The simulator's controls over its own state: they read the actual state and inject faults.

import type { Controls, TrafficSpec } from '../kit/controls.ts';
import { type FaultSpec, faultOf, isLifeFault } from '../kit/faults.ts';
import { exists } from '../kit/life.ts';
import { applyLifeFault, raisePrice } from '../kit/life-faults.ts';
import { isFree, takenBy } from './life.ts';
import { isTakenByOthers } from './others.ts';
import { type Renting, rent } from './routes/create.ts';
import { type Instance, instanceOf, type State } from './state.ts';
import { trueBooks, trueInstances } from './truth.ts';

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
  const addFault = changing((now, spec: FaultSpec) => add(state, spec, now));

  return {
    instances: () => trueInstances(state, settle()),
    books: () => trueBooks(state, settle()),
    requests: () => state.requests,
    addForeignInstance: changing((now, label: string | null = 'somebody-elses-training') =>
      String(rentForeign({ ...world, now, takeFault: () => undefined }, label).id),
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
    addCredit: changing((_now, usd: number) => {
      state.paidInMicroUsd += Math.round(usd * 1e6);
    }),
  } satisfies Controls;
}

/** A life fault with an instance id applies now, or `forMs` from now. */
function add(state: State, spec: FaultSpec, now: number): void {
  if (spec.instanceId === undefined || !isLifeFault(spec.name)) {
    state.faults.push(faultOf(spec, now));
    return;
  }
  const endsAt = now + (spec.forMs ?? 0);
  applyLifeFault(find(state, spec.instanceId), spec.name, { now, endsAt });
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

function rentForeign(context: Renting, label: string | null): Instance {
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
  });
}
