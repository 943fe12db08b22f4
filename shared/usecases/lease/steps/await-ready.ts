// Await ready: attaches the SSH key and parks the token that the instance's first heartbeat
// answers. An instance that has no endpoint to call is probed instead.

import { commitChange } from '../../../core/lease/decision.ts';
import {
  isReadinessSettled,
  parkForReadiness,
  type WaitInput,
} from '../../../core/lease/parking.ts';
import { attemptWithoutKey, recordKey } from '../../../core/lease/readiness.ts';
import {
  detour,
  done,
  type StepInput,
  type StepOutcome,
  skipReason,
} from '../../../core/lease/step.ts';
import type { PulseStore } from '../../../ports/pulse-store.ts';
import type { Workflow } from '../../../ports/workflow.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';

export type AwaitReadyPorts = Records & {
  readonly pulses: PulseStore;
  readonly workflow: Workflow;
  readonly providers: Providers;
  /** Whether instances can call the service; otherwise readiness is probed. */
  readonly phoneHome: boolean;
};

async function handOverKey(ports: AwaitReadyPorts, input: StepInput): Promise<void> {
  const lease = await loadLease(ports, input.leaseId);
  const attempt = attemptWithoutKey(lease);
  if (attempt === null) return;
  const provider = ports.providers(attempt.offer.provider);
  const answer = await provider.attachKey(attempt.instanceId, lease.terms.sshPublicKey);
  const key = { attempt: attempt.number, answer };
  await changeLease(ports, lease.id, (current, now) =>
    commitChange(current, recordKey(current, key, now)),
  );
}

/**
 * Parks the token for readiness, then reads again: if the instance is already ready, or the lease
 * is over, this step answers the token itself. Detours: use-probe, lease-over, superseded. Throws
 * StoreDown, ProviderDown, Conflict.
 */
export function createAwaitReady(ports: AwaitReadyPorts) {
  return async (input: WaitInput): Promise<StepOutcome> => {
    const { leaseId, token } = input;
    const skip = skipReason(await loadLease(ports, leaseId), input);
    if (skip !== null) return skip;
    await handOverKey(ports, input);
    if (!ports.phoneHome) return detour('use-probe', 'instances have no endpoint to call');
    const parking = parkForReadiness(await loadLease(ports, leaseId), input);
    const parked = await ports.pulses.park(parking);
    const pulse = await ports.pulses.get(leaseId);
    const settled = isReadinessSettled(await loadLease(ports, leaseId), { input, parked, pulse });
    if (settled) await ports.workflow.wake(token);
    return done(null);
  };
}
