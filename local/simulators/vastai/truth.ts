// What is true, whatever the provider says of it: for tests and the demo to compare with. Nothing
// here changes anything.

import { environmentOf } from '../kit/machines.ts';
import { type Cost, costUntil, creditMicroUsd, totalMicroUsd } from './billing.ts';
import { placeOf } from './context.ts';
import { type ActualStatus, actualStatus, currentRun, exists, isUp } from './life.ts';
import type { Instance, State } from './state.ts';

/** What is true of an instance, whatever the provider says of it. */
export type TrueInstance = {
  readonly id: number;
  readonly label: string | null;
  /** Not created through the API by this account's caller. */
  readonly foreign: boolean;
  readonly machineId: number;
  readonly gpuName: string;
  readonly gpuCount: number;
  /** As programs on the machine see it, with its id and the key that opens it alone. */
  readonly env: Readonly<Record<string, string>>;
  readonly sshHostKey: string;
  /** Where it was last asked about; null until then. */
  readonly sshPort: number | null;
  /** Whether the contract exists, and so bills its disk at least. */
  readonly alive: boolean;
  /** Whether its GPUs are billed. */
  readonly up: boolean;
  readonly status: ActualStatus;
  readonly createdAt: number;
  /** Since when its container is up; null unless it is. */
  readonly runningSince: number | null;
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
  return state.instances.map((instance) => trueInstance(state, instance, now));
}

function trueInstance(state: State, instance: Instance, now: number): TrueInstance {
  const { offer, machine } = placeOf(state, instance);
  const up = isUp(instance, now);
  return {
    id: instance.id,
    label: instance.label,
    foreign: instance.foreign,
    machineId: machine.id,
    gpuName: machine.gpuName,
    gpuCount: offer.gpus,
    env: environmentOf(instance),
    sshHostKey: instance.hostKey.publicKey,
    sshPort: instance.sshPort,
    alive: exists(instance, now),
    up,
    status: actualStatus(instance, now),
    createdAt: instance.createdAt,
    runningSince: up ? (currentRun(instance, now)?.readyAt ?? null) : null,
    end: instance.end,
    cost: costUntil(instance, now),
  };
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
      return { id, label, foreign, ...cost, totalMicroUsd: totalMicroUsd(cost) };
    }),
  };
}
