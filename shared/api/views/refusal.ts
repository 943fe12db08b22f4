// A refusal by an account's limit as a problem: which limit, its room, what was asked, and what
// takes up the room. 402 where more money would help, 409 where it wouldn't.

import { Failure } from '../../core/base/failure.ts';
import type { HoldRefusal } from '../../core/ledger/account.ts';
import { refusalText } from '../../core/ledger/account-notes.ts';

/** What the document adds: whole numbers in the limit's own unit, and the largest holds. */
function factsOf(refusal: HoldRefusal) {
  switch (refusal.limit) {
    case 'threshold':
      return { percent: refusal.percent };
    case 'providers':
    case 'gpus':
      return { allowed: refusal.allowed };
    case 'open-leases':
    case 'per-lease':
    case 'monthly-budget':
    case 'rate':
      return { room: refusal.room, asked: refusal.asked, holds: refusal.holds };
  }
}

const NOT_MONEY: readonly HoldRefusal['limit'][] = ['open-leases', 'providers', 'gpus'];

/** Throws OverBudget or OverLimit. */
export function refuse(refusal: HoldRefusal): never {
  const { limit } = refusal;
  const name = NOT_MONEY.includes(limit) ? 'OverLimit' : 'OverBudget';
  throw new Failure(name, refusalText(refusal), { limit, facts: factsOf(refusal) });
}
