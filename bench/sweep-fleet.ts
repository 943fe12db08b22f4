// The leases for a sweep: active, each with its instance at the provider. The same number always
// gives the same lease, so that two processes use equal leases.

import { isHolding } from '../shared/core/instance/attempt.ts';
import type { Instance } from '../shared/core/instance/instance.ts';
import type { Lease } from '../shared/core/lease/lease.ts';
import { aLeaseId, anInstanceId, at } from '../test/support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  aRequestedLease,
} from '../test/support/builders/lease.ts';

export const FLEET = 5_000;
/** An instant at which all leases are active. */
export const SWEPT_AT = at('12:30');
/** The number of leases per account. */
export const ON_ONE_ACCOUNT = 200;

/** The lease of that number, with an empty outbox. */
export function fleetLease(number: number): Lease {
  const id = aLeaseId(`fleet${String(number).padStart(15, '0')}`);
  const launching = aLaunchingLease(aRequestedLease({ id }));
  const active = anActiveLease(aBootingLease(launching, anInstanceId(`${number}`)));
  return { ...active, dueBy: active.deadline, outbox: { events: [], entries: [] } };
}

/** The instances of a lease, as the provider lists them. */
export function instancesOf(lease: Lease): readonly Instance[] {
  return lease.attempts.filter(isHolding).map(({ instanceId: id, tag: label }) => ({
    ...{
      id,
      label,
      status: 'running',
      badImage: false,
      statusText: 'running',
      rate: null,
      ssh: [],
      unreadable: [],
    },
    birth: { createdAt: null, hostId: null, image: null },
  }));
}
