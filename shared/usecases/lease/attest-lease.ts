// Attest lease: an operator says that no instance of an ending lease is left, where nothing can
// prove it. The workflow then settles the lease, and the sweep goes on looking for its tag.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { planAttestation } from '../../core/lease/attest.ts';
import { keep } from '../../core/lease/decision.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { lastKnownByPulse } from '../../core/sweep/last-known.ts';
import type { PulseStore } from '../../ports/pulse-store.ts';
import { changeLease, type Records } from '../common/change-lease.ts';

export type AttestPorts = Records & { readonly pulses: Pick<PulseStore, 'get'> };

export type AttestInput = {
  readonly leaseId: LeaseId;
  readonly caller: Caller;
  readonly why: string;
};

/** Nothing is concluded about a lease that can't be read, whoever attests. */
async function mustBeReadable({ leases }: AttestPorts, id: LeaseId): Promise<void> {
  const unreadable: string[] = [];
  await leases.getMany([id], ({ why }) => unreadable.push(why));
  const [why] = unreadable;
  if (why === undefined) return;
  const advice = 'restore the item from the point-in-time backup first';
  throw new Failure('NotEnding', `the lease can't be read (${why}): ${advice}`);
}

/**
 * Attests the absence of a lease's instances, with the operator and the reason. Safe to repeat: a
 * lease that is proved or attested already stays unchanged. Throws Forbidden, NotFound, NotEnding,
 * StoreDown, Conflict.
 */
export function createAttestLease(ports: AttestPorts) {
  return async ({ leaseId, caller, why }: AttestInput): Promise<Lease> => {
    mustBeOperator(caller);
    await mustBeReadable(ports, leaseId);
    const pulse = await ports.pulses.get(leaseId);
    const { lease } = await changeLease(ports, leaseId, (current, now) => {
      const attestation = { who: caller.consumer, why, at: now };
      const last = lastKnownByPulse(current, pulse);
      const plan = planAttestation(current, { attestation, last }, now);
      switch (plan.kind) {
        case 'attest':
          return { commit: plan.lease, result: null };
        case 'unchanged':
          return keep(null);
        case 'not-ending':
          throw new Failure('NotEnding', plan.why);
      }
    });
    return lease;
  };
}
