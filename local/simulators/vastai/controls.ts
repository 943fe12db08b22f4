// The simulator's back door: what is true, and what to make go wrong. Tests and the demo use it;
// an adapter must never.

import { type Cost, costUntil, creditMicroUsd } from './billing.ts';
import { type Context, placeOf } from './context.ts';
import { addFault, type FaultSpec, isLifeFault } from './faults.ts';
import { type ActualStatus, actualStatus, exists, isUp, takenBy } from './life.ts';
import { raisePrice, strikeLife } from './life-faults.ts';
import { rent } from './routes/create.ts';
import type { Instance, RequestEntry } from './state.ts';

/** What is true of an instance, whatever the provider says of it. */
export type TrueInstance = {
  readonly id: number;
  readonly label: string | null;
  /** Not created through the API by this account's caller. */
  readonly foreign: boolean;
  readonly machineId: number;
  /** Whether the contract exists, and so bills its disk at least. */
  readonly alive: boolean;
  /** Whether its GPUs are billed. */
  readonly up: boolean;
  readonly status: ActualStatus;
  readonly createdAt: number;
  /** May lie ahead for a zombie. */
  readonly end: Instance['end'];
  readonly cost: Cost;
};

export type Books = {
  readonly paidInMicroUsd: number;
  readonly spentMicroUsd: number;
  readonly creditMicroUsd: number;
  readonly instances: readonly (Cost & {
    readonly id: number;
    readonly label: string | null;
    readonly foreign: boolean;
    readonly totalMicroUsd: number;
  })[];
};

export type Controls = ReturnType<typeof createControls>;

/** `settle` brings the simulator up to the instant it returns. */
export function createControls(context: Pick<Context, 'state' | 'settings'>, settle: () => number) {
  const { state } = context;

  function instances(): TrueInstance[] {
    const now = settle();
    return Object.values(state.instances).map((instance) => ({
      id: instance.id,
      label: instance.label,
      foreign: instance.foreign,
      machineId: placeOf(state, instance).machine.id,
      alive: exists(instance, now),
      up: isUp(instance, now),
      status: actualStatus(instance, now),
      createdAt: instance.createdAt,
      end: instance.end,
      cost: costUntil(instance, now),
    }));
  }

  function books(): Books {
    const now = settle();
    const rows = Object.values(state.instances).map((instance) => {
      const cost = costUntil(instance, now);
      const { id, label, foreign } = instance;
      return { id, label, foreign, ...cost, totalMicroUsd: cost.gpuMicroUsd + cost.diskMicroUsd };
    });
    const credit = creditMicroUsd(state, now);
    return {
      paidInMicroUsd: state.paidInMicroUsd,
      spentMicroUsd: state.paidInMicroUsd - credit,
      creditMicroUsd: credit,
      instances: rows,
    };
  }

  /** Faults of an instance's life strike at once, or `forMs` from now, when they name one. */
  function add(spec: FaultSpec): void {
    const now = settle();
    if (spec.instanceId !== undefined && isLifeFault(spec.name)) {
      strikeLife(find(spec.instanceId), spec.name, now + (spec.forMs ?? 0));
    } else {
      addFault(state, spec, now);
    }
    settle();
  }

  /** An instance of the account that nobody created through the API; its id. */
  function addForeignInstance(label: string | null = 'somebody-elses-training'): number {
    const now = settle();
    const taken = takenBy(state, now);
    const offer = Object.values(state.market.offers).find(
      ({ machineId, gpus }) => gpus === 1 && !taken.gpus.has(machineId),
    );
    if (offer === undefined) throw new Error('no machine is free');
    const nobody = { ...context, now, strike: () => undefined };
    const { id } = rent(nobody, offer, {
      ...{ label, image: 'pytorch/pytorch:latest', runtype: 'ssh_direc ssh_proxy', onstart: '' },
      ...{ env: {}, diskGb: 20, bidNanoUsdPerHour: null, running: true, foreign: true },
    });
    settle();
    return id;
  }

  function find(id: number): Instance {
    const instance = state.instances[id];
    if (instance === undefined) throw new Error(`there is no instance ${id}`);
    return instance;
  }

  return {
    instances,
    books,
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
