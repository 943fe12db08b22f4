// Destroy instance: calls destroy for every instance of an ending lease. Acceptance is not proof,
// and a refusal does not end teardown: Prove absence calls destroy again.

import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  supersededBy,
} from '../../../core/lease/step.ts';
import { unacceptedTargets } from '../../../core/lease/teardown.ts';
import { destroyTarget, type TeardownPorts } from '../destroy-target.ts';
import { ensureEnding } from './end-lease.ts';

/**
 * Destroys every recorded instance whose destroy is not accepted. Safe to repeat. Detours:
 * still-present (repeat), superseded. Throws RateLimited, ProviderDown, Unauthorised, BadReply,
 * StoreDown, Conflict.
 */
export function createDestroyInstance(ports: TeardownPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    // The lease must be ending first, even when the End lease step failed to commit it.
    const lease = await ensureEnding(ports, input);
    const superseded = supersededBy(lease, input);
    if (superseded !== null) return superseded;
    let last = lease;
    for (const target of unacceptedTargets(lease)) last = await destroyTarget(ports, target);
    // An instance that the provider does not show yet is looked at again within seconds.
    return unacceptedTargets(last).length === 0
      ? done(null)
      : detour('still-present', 'nothing shows yet that an instance is ours to destroy');
  };
}
