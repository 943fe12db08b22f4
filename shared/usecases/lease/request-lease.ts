// Request lease: the hold is placed before the lease exists, and the lease before anything is
// started. A repeat after a crash anywhere in between finds what is there and goes on.

import { Failure } from '../../core/base/failure.ts';
import type { ConsumerId, LeaseId } from '../../core/base/ids.ts';
import { launchBound } from '../../core/base/policy/lease.ts';
import { after, type DurationMs, type EpochMs, monthOf } from '../../core/base/time.ts';
import { UNKNOWN_REQUEST } from '../../core/lease/cancelled-lease.ts';
import { holdFor } from '../../core/lease/hold.ts';
import type { Lease, LeaseIn, Terms } from '../../core/lease/lease.ts';
import { requestLease } from '../../core/lease/lease-moves.ts';
import type { AccountLimits, Hold, HoldRefusal } from '../../core/ledger/account.ts';
import { refusalNote } from '../../core/ledger/account-notes.ts';
import { isFrozen } from '../../core/operations/freeze.ts';
import type { AccountStore, PlaceOutcome } from '../../ports/account-store.ts';
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

/** The hold that the request needs, as things stand now. */
function holdNeeded(ports: RequestLeasePorts, { terms }: RequestLeaseInput, now: EpochMs): Hold {
  return {
    amountMicroUsd: holdFor({ ...terms, attemptLimit: ports.attemptLimit }),
    rateMicroUsdPerHour: terms.ceiling,
    month: monthOf(now),
    placedAt: now,
  };
}

type Held = { readonly id: LeaseId; readonly hold: Hold; readonly now: EpochMs };

function newLease(ports: RequestLeasePorts, input: RequestLeaseInput, { id, hold, now }: Held) {
  const { consumer, terms, env } = input;
  const requestHash = ports.hashOf(input.body);
  const deadline = after(now, launchBound(ports.attemptLimit));
  return requestLease({ id, consumer, requestHash, terms, env, hold, deadline }, now);
}

const KEY_REUSED = 'this Idempotency-Key was used with another body';

function keyReused(): never {
  throw new Failure('KeyReused', KEY_REUSED, { field: 'Idempotency-Key' });
}

function sameRequest(ports: RequestLeasePorts, lease: Lease, input: RequestLeaseInput): Lease {
  const known = [UNKNOWN_REQUEST, ports.hashOf(input.body)];
  return known.includes(lease.requestHash) ? lease : keyReused();
}

/** Writes the lease; if a repeat of the same request was faster, that one stands. */
async function write(
  ports: RequestLeasePorts,
  lease: LeaseIn<'requested'>,
  input: RequestLeaseInput,
): Promise<Lease> {
  if ((await ports.leases.create(lease)) === 'created') return lease;
  const faster = await ports.leases.get(lease.id);
  if (faster === null) throw new Failure('Conflict', `lease ${lease.id} came and went`);
  return sameRequest(ports, faster, input);
}

/** Sets the money aside; a refusal is told on the account, once for its limit and hour. */
async function place(ports: RequestLeasePorts, input: RequestLeaseInput, held: Held) {
  const { consumer, terms } = input;
  const { id: leaseId, hold, now } = held;
  const wanted = terms.requirement;
  const { limits: defaults } = ports;
  const placed = await ports.accounts.place({ consumer, leaseId, hold, wanted, defaults });
  if (placed.kind === 'refused') {
    await ports.accounts.appendNote(consumer, refusalNote(placed.refusal, leaseId, now));
  }
  return placed;
}

/** A hold without a lease, left by a request that was cut off: of another body, it isn't ours. */
function sameHold(placed: Extract<PlaceOutcome, { kind: 'placed' }>, { hold }: Held): Hold {
  const { amountMicroUsd, rateMicroUsdPerHour } = placed.hold;
  const same =
    amountMicroUsd === hold.amountMicroUsd && rateMicroUsdPerHour === hold.rateMicroUsdPerHour;
  return same ? placed.hold : keyReused();
}

/**
 * Accepts a lease or says which limit binds; a refusal creates nothing. Safe to repeat with the
 * same key and body: it finishes what a crash left. Throws KeyReused, Frozen, StoreDown,
 * ProviderDown.
 */
export function createRequestLease(ports: RequestLeasePorts) {
  return async (input: RequestLeaseInput): Promise<RequestLeaseOutcome> => {
    const id = ports.leaseIdFor(input.consumer, input.idempotencyKey);
    const { lease: existing, freezes } = await ports.freezes.admission(id, input.consumer);
    let lease = existing === null ? null : sameRequest(ports, existing, input);
    if (lease === null) {
      if (isFrozen(freezes, input)) {
        throw new Failure('Frozen', 'an operator has stopped all new leases for now');
      }
      const now = ports.clock.now();
      const needed = { id, hold: holdNeeded(ports, input, now), now };
      const placed = await place(ports, input, needed);
      if (placed.kind === 'refused') return { kind: 'over-limit', refusal: placed.refusal };
      const held = { ...needed, hold: sameHold(placed, needed) };
      lease = await write(ports, newLease(ports, input, held), input);
    }
    if (lease.state === 'requested') await ports.workflow.start(lease.id, lease.generation);
    return { kind: 'accepted', lease };
  };
}
