// Correct charge: an operator corrects the charge of a settled lease. The ledger is append-only:
// the difference is a new entry, with its author and reason.

import { type Caller, mustBeOperator } from '../../core/base/caller.ts';
import { Failure } from '../../core/base/failure.ts';
import type { LeaseId } from '../../core/base/ids.ts';
import { formatUsd, type MicroUsd } from '../../core/base/money.ts';
import { planCorrection } from '../../core/billing/correction.ts';
import type { Lease } from '../../core/lease/lease.ts';
import { changeLease, type Records } from '../common/change-lease.ts';

export type CorrectInput = {
  readonly leaseId: LeaseId;
  readonly caller: Caller;
  readonly key: string;
  /** Negative for a refund. */
  readonly amount: MicroUsd;
  readonly why: string;
};

const bad = (message: string): Failure =>
  new Failure('BadRequest', `amountMicroUsd: ${message}`, { field: 'amountMicroUsd' });

/**
 * Enters the difference, for operators. Safe to repeat with the same key. Throws Forbidden,
 * NotFound, NotActive before settlement, BadRequest, KeyReused, StoreDown, Conflict.
 */
export function createCorrectCharge(records: Records) {
  return async ({ leaseId, caller, key, amount, why }: CorrectInput): Promise<Lease> => {
    mustBeOperator(caller);
    if (amount === 0) throw bad('must not be 0');
    const by = caller.consumer;
    const { lease } = await changeLease(records, leaseId, (current, now) => {
      if (current.state !== 'ended') {
        throw new Failure(
          'NotActive',
          `the lease is ${current.state}: only an ended lease can be corrected`,
        );
      }
      const plan = planCorrection(current, { amount, by, why, key }, now);
      switch (plan.kind) {
        case 'known':
          return { commit: null, result: null };
        case 'correct':
          return { commit: plan.lease, result: null };
        case 'too-much':
          throw bad(`must not give back more than the ${formatUsd(plan.charged)} charged`);
        case 'key-reused': {
          const message = 'this Idempotency-Key was already used for a different correction';
          throw new Failure('KeyReused', message, { field: 'Idempotency-Key' });
        }
      }
    });
    return lease;
  };
}
