// Destroy instance: calls destroy for one instance of an ending lease; each has a message of its
// own. Acceptance is not proof, and a refusal does not end teardown: Prove absence calls destroy
// again.

import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  supersededBy,
} from '../../../core/lease/step.ts';
import { unacceptedTargets } from '../../../core/lease/teardown.ts';
import { loadLease } from '../../common/change-lease.ts';
import { destroyTarget, type TeardownPorts } from '../destroy-target.ts';

/** `attempt` is the one whose instance to destroy. */
export type DestroyInput = StepInput & { readonly attempt?: number | undefined };

/**
 * Destroys the instance of one attempt, unless its destroy is accepted. Null while messages of
 * other attempts are left. Safe to repeat. Detours: still-present (repeat), superseded. Throws
 * RateLimited, ProviderDown, Unauthorised, BadReply, StoreDown, Conflict.
 */
export function createDestroyInstance(ports: TeardownPorts) {
  return async (input: DestroyInput): Promise<StepOutcome | null> => {
    const lease = await loadLease(ports, input.leaseId);
    const superseded = supersededBy(lease, input);
    if (superseded !== null) return superseded;
    const own = unacceptedTargets(lease).find(({ attempt }) => attempt === input.attempt);
    const last = own === undefined ? lease : await destroyTarget(ports, own);
    const left = unacceptedTargets(last);
    if (left.length === 0) return done(null);
    // An instance that the provider does not show yet is looked at again within seconds.
    return left.some(({ attempt }) => attempt === input.attempt)
      ? detour('still-present', 'nothing shows yet that an instance is ours to destroy')
      : null;
  };
}
