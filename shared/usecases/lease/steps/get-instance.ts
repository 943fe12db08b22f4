// Get instance: reads a booting instance from its provider and records the report on the lease, for
// the steps that decide on it and hold no provider key.

import { reportOf } from '../../../core/instance/instance.ts';
import { readRows, type TagReader } from '../../../core/instance/sighting.ts';
import { commitChange } from '../../../core/lease/decision.ts';
import { applyRow } from '../../../core/lease/identify.ts';
import { currentAttempt } from '../../../core/lease/lease.ts';
import { recordReport } from '../../../core/lease/readiness.ts';
import { done, type StepInput, type StepOutcome, stopReason } from '../../../core/lease/step.ts';
import { changeLease, loadLease, type Records } from '../../common/change-lease.ts';
import type { Providers } from '../../common/listing.ts';
import { attachKey } from '../attach-key.ts';

export type GetInstancePorts = Records & TagReader & { readonly providers: Providers };

/**
 * Records one report about the instance of a booting lease, and whose the instance is. Attaches its
 * SSH key first where Launch instance did not: the instance was found later, or that step crashed.
 * Safe to repeat. Detours: lease-over, superseded. Throws what get throws, StoreDown, Conflict.
 */
export function createGetInstance(ports: GetInstancePorts) {
  return async (input: StepInput): Promise<StepOutcome> => {
    const lease = await loadLease(ports, input.leaseId);
    const skip = stopReason(lease, input, ports.clock.now());
    if (skip !== null) return skip;
    const attempt = currentAttempt(lease);
    if (lease.state !== 'booting' || attempt?.state !== 'created') return done(null);
    const { number, instanceId, offer } = attempt;
    await attachKey(ports, lease.id);
    const at = ports.clock.now();
    const instance = await ports.providers(offer.provider).get(instanceId);
    const report = reportOf(instance, at);
    const rows = instance === 'absent' ? [] : readRows([instance], ports);
    await changeLease(ports, lease.id, (current, now) => {
      const reported = recordReport(current, { attempt: number, report });
      return commitChange(
        current,
        rows.reduce((each, row) => applyRow(each, row, now), reported),
      );
    });
    return done(null);
  };
}
