// Destroys one instance and records the provider's response.

import { errorInWords } from '../../core/base/failure.ts';
import { commitChange } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import {
  applyDestroyFailure,
  applyDestroyOutcome,
  type Target,
} from '../../core/lease/teardown.ts';
import { lastKnown } from '../../core/sweep/last-known.ts';
import { changeLease, type Records } from '../common/change-lease.ts';
import type { Providers } from '../common/listing.ts';
import { readTraces, type TracePorts } from '../common/read-traces.ts';

export type TeardownPorts = Records & TracePorts & { readonly providers: Providers };

/** Adds an event to the lease: why its instance still runs. */
async function recordFailure(ports: TeardownPorts, target: Target, error: unknown): Promise<void> {
  const failure = { ...target, cause: errorInWords(error) };
  await changeLease(ports, target.leaseId, (lease, now) =>
    commitChange(lease, applyDestroyFailure(lease, failure, now)),
  );
}

/**
 * Destroys one instance and records the acceptance. Safe to repeat. Throws what destroy throws:
 * then the instance still runs, its charge continues, and the caller must repeat.
 */
export async function destroyTarget(ports: TeardownPorts, target: Target): Promise<Lease> {
  const provider = ports.providers(target.provider);
  const [answer] = await Promise.allSettled([provider.destroy(target.instanceId)]);
  if (answer.status === 'rejected') {
    await recordFailure(ports, target, answer.reason);
    throw answer.reason;
  }
  const how = answer.value;
  const traces = await readTraces(ports, target);
  const { lease } = await changeLease(ports, target.leaseId, (current, now) => {
    const destroyed = { ...target, how, last: lastKnown(current, traces) };
    return commitChange(current, applyDestroyOutcome(current, destroyed, now));
  });
  return lease;
}
