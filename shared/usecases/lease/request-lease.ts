// Request lease: places the hold, then writes the lease, then starts the workflow. A repeat after a
// crash at any point continues from the records.

import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import type { DurationMs, EpochMs } from '../../core/base/time.ts';
import {
  admitRequest,
  checkDemands,
  checkEnv,
  checkSpendCap,
  holdNeeded,
  sameHold,
  sameRequest,
} from '../../core/lease/admission.ts';
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
  /** The longest time an attempt can cost money, at any configured provider. */
  readonly attemptLimit: DurationMs;
  /** The variables that a request must not set, at any configured provider. */
  readonly reservedEnv: ReadonlySet<string>;
  /** Whether instances run an agent, which calls the service. */
  readonly phoneHome: boolean;
  readonly leaseIdFor: (consumer: ConsumerId, idempotencyKey: string) => LeaseId;
  /** Must not depend on the order of fields. */
  readonly hashOf: (body: unknown) => string;
};

export type RequestLeaseInput = {
  readonly consumer: ConsumerId;
  readonly idempotencyKey: string;
  /** The parsed body: the same key with a different body is refused. */
  readonly body: unknown;
  readonly terms: Terms;
  readonly env: Readonly<Record<string, string>>;
};

export type RequestLeaseOutcome =
  | { readonly kind: 'accepted'; readonly lease: Lease }
  | { readonly kind: 'over-limit'; readonly refusal: HoldRefusal };

/** Writes the lease. When a repeat of the same request wrote it first, returns that lease. */
async function write(ports: RequestLeasePorts, lease: LeaseIn<'requested'>): Promise<Lease> {
  if ((await ports.leases.create(lease)) === 'created') return lease;
  const faster = await ports.leases.get(lease.id);
  if (faster === null)
    throw new Failure('Conflict', `version conflict: lease ${lease.id} exists and cannot be read`);
  return sameRequest(faster, lease.requestHash);
}

type Needed = { readonly id: LeaseId; readonly hold: Hold; readonly now: EpochMs };

/** Places the hold; a refusal adds a note to the account, once per limit and hour. */
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
 * the same key and body: it completes an interrupted request. Throws BadRequest, KeyReused, Frozen,
 * StoreDown, ProviderDown.
 */
export function createRequestLease(ports: RequestLeasePorts) {
  return async (input: RequestLeaseInput): Promise<RequestLeaseOutcome> => {
    checkEnv(input.env, ports.reservedEnv);
    checkSpendCap(input.terms);
    checkDemands(input.terms, ports.phoneHome);
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
