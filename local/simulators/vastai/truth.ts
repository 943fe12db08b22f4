// What is true, whatever the provider says of it: for tests and the demo to compare with. Nothing
// here changes anything.

import { type Cost, costUntil, creditMicroUsd } from './billing.ts';
import { placeOf } from './context.ts';
import { type ActualStatus, actualStatus, exists, isUp } from './life.ts';
import type { Instance, State } from './state.ts';

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

export function trueInstances(state: State, now: number): TrueInstance[] {
  return state.instances.map((instance) => ({
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

/** Every micro-dollar paid in and spent, by instance, destroyed ones included. */
export function trueBooks(state: State, now: number): Books {
  const credit = creditMicroUsd(state, now);
  return {
    paidInMicroUsd: state.paidInMicroUsd,
    spentMicroUsd: state.paidInMicroUsd - credit,
    creditMicroUsd: credit,
    instances: state.instances.map((instance) => {
      const { id, label, foreign } = instance;
      const cost = costUntil(instance, now);
      return { id, label, foreign, ...cost, totalMicroUsd: cost.gpuMicroUsd + cost.diskMicroUsd };
    }),
  };
}
