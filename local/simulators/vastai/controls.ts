// The simulator's back door: what is true, and what to make go wrong. Tests and the demo use it;
// an adapter must never.

import type { Context } from './context.ts';
import { addFault, type FaultSpec, isLifeFault } from './faults.ts';
import { isFree, takenBy } from './life.ts';
import { raisePrice, strikeLife } from './life-faults.ts';
import { rent } from './routes/create.ts';
import { type Instance, instanceOf, type RequestEntry } from './state.ts';
import { type Books, type TrueInstance, trueBooks, trueInstances } from './truth.ts';

export type Controls = ReturnType<typeof createControls>;

/** `settle` brings the simulator up to the instant it returns. */
export function createControls(context: Pick<Context, 'state' | 'settings'>, settle: () => number) {
  const { state } = context;

  /** Faults of an instance's life strike at once, or `forMs` from now, when they name one. */
  function add(spec: FaultSpec): void {
    const now = settle();
    if (spec.instanceId !== undefined && isLifeFault(spec.name)) {
      const endsAt = now + (spec.forMs ?? 0);
      strikeLife(find(spec.instanceId), spec.name, { now, endsAt });
    } else {
      addFault(state, spec, now);
    }
    settle();
  }

  /** An instance of the account that nobody created through the API; its id. */
  function addForeignInstance(label: string | null = 'somebody-elses-training'): number {
    const { id } = rentForeign({ ...context, now: settle(), strike: () => undefined }, label);
    settle();
    return id;
  }

  function find(id: number): Instance {
    const instance = instanceOf(state, id);
    if (instance === undefined) throw new Error(`there is no instance ${id}`);
    return instance;
  }

  return {
    instances: (): TrueInstance[] => trueInstances(state, settle()),
    books: (): Books => trueBooks(state, settle()),
    addForeignInstance,
    addFault: add,
    clearFaults: () => {
      state.faults = [];
    },
    /** It is gone, without a word. */
    vanish: (id: number) => add({ name: 'vanish', instanceId: id }),
    /** The provider stops it; its disk goes on billing. */
    interrupt: (id: number) => add({ name: 'interrupt', instanceId: id }),
    /** Its GPU rate is multiplied from now on. */
    raisePrice: (id: number, factor: number) => raisePrice(find(id), factor, settle()),
    /** The latest calls, oldest first; keys are left out. */
    requests: (): readonly RequestEntry[] => state.requests,
  };
}

function rentForeign(context: Omit<Context, 'sshPort'>, label: string | null): Instance {
  const { market } = context.state;
  const taken = takenBy(context.state, context.now);
  const offer = Object.values(market.offers).find((candidate) => {
    const machine = market.machines[candidate.machineId];
    return candidate.gpus === 1 && machine !== undefined && isFree(taken, candidate, machine);
  });
  if (offer === undefined) throw new Error('no machine is free');
  return rent(context, offer, {
    ...{ label, image: 'pytorch/pytorch:latest', runtype: 'ssh_direc ssh_proxy', onstart: '' },
    ...{ env: {}, diskGb: 20, bidNanoUsdPerHour: null, running: true, foreign: true },
  });
}
