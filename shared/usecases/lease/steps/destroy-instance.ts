// Destroy instance: calls destroy for every instance of an ending lease. Acceptance is not proof,
// and a refusal does not end teardown: Prove absence calls destroy again.

import { done, type StepInput, type StepOutcome, supersededBy } from '../../../core/lease/step.ts';
import { unacceptedTargets } from '../../../core/lease/teardown.ts';
import { destroyTarget, type TeardownPorts } from '../destroy-target.ts';
import { ensureEnding } from './end-lease.ts';

/**
 * Destroys every recorded instance whose destroy is not accepted. Safe to repeat. Detours:
 * superseded. Throws RateLimited, ProviderDown, Unauthorised, BadReply, StoreDown, Conflict.
 */
export function createDestroyInstance(ports: TeardownPorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    // The lease must be ending first, even when the End lease step failed to commit it.
    const lease = await ensureEnding(ports, input);
    const superseded = supersededBy(lease, input);
    if (superseded !== null) return superseded;
    for (const target of unacceptedTargets(lease)) await destroyTarget(ports, target);
    return done(null);
  };
}
