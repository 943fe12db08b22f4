// Active leases whose applications send heartbeats. The same number always gives the same lease, so
// that two processes use equal leases.

import { brandId, ConsumerId } from '../shared/core/base/ids.ts';
import { invariant } from '../shared/core/base/invariant.ts';
import { hours, minutes } from '../shared/core/base/time.ts';
import type { AttemptIn } from '../shared/core/instance/attempt.ts';
import { currentAttempt, type LeaseIn } from '../shared/core/lease/lease.ts';
import { withAttempt } from '../shared/core/lease/lease-moves.ts';
import { aLeaseId, anInstanceId, at } from '../test/support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  aRequestedLease,
  someTerms,
} from '../test/support/builders/lease.ts';

/** The consumer of the profile `consumer` of `npm start`. */
export const CONSUMER = brandId(ConsumerId, '000000000000/user/you');

/** Just after all leases became active. */
export const HEARTBEATS_FROM = at('12:04:10');

/** Two missed heartbeats end a lease. */
const SILENCE_LIMIT = minutes(2);

/** The lease of that number, with an empty outbox. */
export function servingLease(number: number): LeaseIn<'active'> {
  const id = aLeaseId(`bench${String(number).padStart(15, '0')}`);
  const terms = someTerms({ liveness: 'app', silenceLimit: SILENCE_LIMIT, duration: hours(12) });
  const requested = aRequestedLease({ id, consumer: CONSUMER, terms });
  const booting = aBootingLease(aLaunchingLease(requested), anInstanceId(`${number}`));
  const attempt = currentAttempt(booting);
  invariant(attempt?.state === 'created', 'a booting lease has a created attempt');
  const keyed: AttemptIn<'created'> = { ...attempt, keyAttached: true };
  const active = anActiveLease({ ...booting, ...withAttempt(booting, keyed) });
  return { ...active, outbox: { events: [], entries: [] } };
}
