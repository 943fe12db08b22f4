// The simulator's back door over its own state: what is true, and what to make go wrong.

import type { Controls, TrafficSpec } from '../kit/controls.ts';
import { type FaultSpec, faultOf, isLifeFault } from '../kit/faults.ts';
import { exists } from '../kit/life.ts';
import { raisePrice, strikeLife } from '../kit/life-faults.ts';
import { isFree, takenBy } from './life.ts';
import { isTakenByOthers } from './others.ts';
import { type Renting, rent } from './routes/create.ts';
import { type Instance, instanceOf, type State } from './state.ts';
import { trueBooks, trueInstances } from './truth.ts';

/**
 * `settle` brings the simulator up to the instant it returns; whatever changes something settles
 * before and after.
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
      String(rentForeign({ ...world, now, strike: () => undefined }, label).id),
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

/** Faults of an instance's life strike at once, or `forMs` from now, when they name one. */
function add(state: State, spec: FaultSpec, now: number): void {
  if (spec.instanceId === undefined || !isLifeFault(spec.name)) {
    state.faults.push(faultOf(spec, now));
    return;
  }
  const endsAt = now + (spec.forMs ?? 0);
  strikeLife(find(state, spec.instanceId), spec.name, { now, endsAt });
}

function addTraffic(state: State, { id, upGb, downGb }: TrafficSpec, now: number): void {
  const instance = find(state, id);
  if (!exists(instance, now)) throw new Error(`instance ${id} is gone`);
  const [upBytes, downBytes] = [Math.round(upGb * 1e9), Math.round(downGb * 1e9)];
  instance.traffic.push({ at: now, upBytes, downBytes });
}

function find(state: State, id: string): Instance {
  const instance = instanceOf(state, Number(id));
  if (instance === undefined) throw new Error(`there is no instance ${id}`);
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
  if (offer === undefined) throw new Error('no machine is free');
  return rent(context, offer, {
    ...{ label, image: 'pytorch/pytorch:latest', runtype: 'ssh_direc ssh_proxy', onstart: '' },
    ...{ env: {}, diskGb: 20, bidNanoUsdPerHour: null, running: true, foreign: true },
  });
}
