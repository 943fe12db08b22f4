// Request lease: the hold is placed before the lease exists, and the lease before anything is
// started. A repeat after a crash anywhere in between finds what is there and goes on.

import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import type { DurationMs, EpochMs } from '../../core/base/time.ts';
import { admitRequest, holdNeeded, sameHold, sameRequest } from '../../core/lease/admission.ts';
import type { Lease, LeaseIn, Terms } from '../../core/lease/lease.ts';
import type { AccountLimits, Hold, HoldRefusal } from '../../core/ledger/account.ts';
import { refusalNote } from '../../core/ledger/account-notes.ts';
import { isFrozen } from '../../core/operations/freeze.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FreezeStore } from '../../ports/freeze-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { Workflow } from '../../ports/workflow.ts';

export type RequestLeasePorts = {
  readonly leases: LeaseStore;
  readonly freezes: FreezeStore;
  readonly accounts: AccountStore;
  readonly workflow: Workflow;
  readonly clock: Clock;
  readonly limits: AccountLimits;
  /** The longest an attempt can cost anything, at any provider in use. */
  readonly attemptLimit: DurationMs;
  readonly leaseIdFor: (consumer: ConsumerId, idempotencyKey: string) => LeaseId;
  /** The same for the same body, whatever the order of its fields. */
  readonly hashOf: (body: unknown) => string;
};

export type RequestLeaseInput = {
  readonly consumer: ConsumerId;
  readonly idempotencyKey: string;
  /** As it was parsed: the same key with another body is another request. */
  readonly body: unknown;
  readonly terms: Terms;
  readonly env: Readonly<Record<string, string>>;
};

export type RequestLeaseOutcome =
  | { readonly kind: 'accepted'; readonly lease: Lease }
  | { readonly kind: 'over-limit'; readonly refusal: HoldRefusal };

/** Writes the lease; if a repeat of the same request was faster, that one stands. */
async function write(ports: RequestLeasePorts, lease: LeaseIn<'requested'>): Promise<Lease> {
  if ((await ports.leases.create(lease)) === 'created') return lease;
  const faster = await ports.leases.get(lease.id);
  if (faster === null)
    throw new Failure('Conflict', `version conflict: lease ${lease.id} exists and cannot be read`);
  return sameRequest(faster, lease.requestHash);
}

type Needed = { readonly id: LeaseId; readonly hold: Hold; readonly now: EpochMs };

/** Sets the money aside; a refusal is noted on the account, once for its limit and hour. */
async function place(ports: RequestLeasePorts, input: RequestLeaseInput, needed: Needed) {
  const { consumer, terms } = input;
  const { id: leaseId, hold, now } = needed;
  const wanted = terms.requirement;
  const { limits: defaults } = ports;
  const placed = await ports.accounts.place({ consumer, leaseId, hold, wanted, defaults });
  if (placed.kind === 'refused') {
    await ports.accounts.appendNote(consumer, refusalNote(placed.refusal, leaseId, now));
  }
  return placed;
}

async function admit(
  ports: RequestLeasePorts,
  input: RequestLeaseInput,
  id: LeaseId,
): Promise<Lease | HoldRefusal> {
  const { consumer, terms, env } = input;
  const { attemptLimit } = ports;
  const now = ports.clock.now();
  const needed = holdNeeded(terms, attemptLimit, now);
  const placed = await place(ports, input, { id, hold: needed, now });
  if (placed.kind === 'refused') return placed.refusal;
  const hold = sameHold(placed.hold, needed);
  const requestHash = ports.hashOf(input.body);
  const request = { id, consumer, requestHash, terms, env, hold };
  return write(ports, admitRequest(request, attemptLimit, now));
}

/**
 * Accepts a lease or says which limit is exceeded; a refusal creates nothing. Safe to repeat with
 * the same key and body: it finishes what a crash left. Throws KeyReused, Frozen, StoreDown,
 * ProviderDown.
 */
export function createRequestLease(ports: RequestLeasePorts) {
  return async (input: RequestLeaseInput): Promise<RequestLeaseOutcome> => {
    const id = ports.leaseIdFor(input.consumer, input.idempotencyKey);
    const { lease: existing, freezes } = await ports.freezes.admission(id, input.consumer);
    if (existing === null && isFrozen(freezes, { consumer: input.consumer })) {
      throw new Failure('Frozen', 'an operator placed a freeze: new leases are refused');
    }
    const lease =
      existing === null
        ? await admit(ports, input, id)
        : sameRequest(existing, ports.hashOf(input.body));
    if ('limit' in lease) return { kind: 'over-limit', refusal: lease };
    if (lease.state === 'requested') await ports.workflow.start(lease.id, lease.generation);
    return { kind: 'accepted', lease };
  };
}
