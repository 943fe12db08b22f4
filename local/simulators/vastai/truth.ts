// The actual state of the simulator, without faults and delays, for tests and the demo. Nothing
// here may change the state.

import type { Books, TrueInstance } from '../kit/controls.ts';
import { exists, isUp } from '../kit/life.ts';
import { type Cost, costUntil, creditMicroUsd, paidUntil } from './billing.ts';
import { placeOf } from './context.ts';
import { environmentOf } from './machine.ts';
import type { Instance, State } from './state.ts';

/** With the parts of its cost. */
export type VastaiTrueInstance = TrueInstance & { readonly cost: Cost };

export function trueInstances(state: State, now: number): VastaiTrueInstance[] {
  return state.instances.map((instance) => trueInstance(state, instance, now));
}

function trueInstance(state: State, instance: Instance, now: number): VastaiTrueInstance {
  const { offer, machine } = placeOf(state, instance);
  const { label, foreign, sshPort, createdAt, end } = instance;
  const cost = costUntil(instance, now);
  return {
    ...{ id: String(instance.id), label, foreign, sshPort, createdAt, end },
    gpuName: machine.gpuName,
    gpuCount: offer.gpus,
    env: environmentOf(instance),
    sshHostKey: instance.hostKey.publicKey,
    alive: exists(instance, now),
    up: isUp(instance, now),
    cost,
    chargedMicroUsd: paidUntil(instance, now),
  };
}

export function trueBooks(state: State, now: number) {
  const credit = creditMicroUsd(state, now);
  return {
    paidInMicroUsd: state.paidInMicroUsd,
    spentMicroUsd: state.paidInMicroUsd - credit,
    creditMicroUsd: credit,
    instances: state.instances.map((instance) => {
      const { id, label, foreign } = instance;
      const cost = costUntil(instance, now);
      return { id: String(id), label, foreign, ...cost, totalMicroUsd: paidUntil(instance, now) };
    }),
  } satisfies Books;
}
