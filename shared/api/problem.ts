// Problem documents (RFC 9457): the reply of every refusal and failure.

import { FAILURES, Failure } from '../core/base/failure.ts';
import type { HoldRefusal } from '../core/ledger/account.ts';
import { refusalText } from '../core/ledger/account-notes.ts';
import type { ProblemReply } from './contract/replies/problem.ts';
import type { HttpReply } from './http.ts';

const TITLES: Partial<Record<Failure['name'], string>> = {
  BadRequest: 'The request is not valid',
  Forbidden: 'Not allowed',
  NotFound: 'Not found',
  KeyReused: 'Idempotency key reused',
  OverBudget: 'Limit exceeded',
  OverLimit: 'Limit exceeded',
  StaleVersion: 'Version conflict',
  NotActive: 'Lease is not active',
  Frozen: 'New leases are frozen',
  NoMenu: 'No menu yet',
};

/** The document of a failure. `retryable` says whether the same request may succeed later. */
export function problem(failure: Failure, requestId: string): HttpReply {
  const { status, action } = FAILURES[failure.name];
  const document: ProblemReply = {
    type: `urn:gpu-shopper:problem:${failure.name}`,
    title: TITLES[failure.name] ?? 'The request could not be completed now',
    status,
    detail: failure.message,
    requestId,
    retryable: action === 'retry' || action === 'reload',
    ...(failure.field === undefined ? {} : { field: failure.field }),
    ...(failure.limit === undefined ? {} : { limit: failure.limit }),
    ...failure.facts,
  };
  const body = JSON.stringify(document);
  const { retryAfter } = failure;
  const headers = {
    'content-type': 'application/problem+json',
    ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter / 1_000)) }),
  };
  return { statusCode: status, headers, body };
}

/** The facts of a refusal: whole numbers in the limit's own unit, and the largest holds. */
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

/**
 * Refuses a hold: the problem names the limit, its room, the requested amount and the largest
 * holds. Throws OverBudget (402) when a larger budget would admit the hold, otherwise OverLimit
 * (409).
 */
export function refuseHold(refusal: HoldRefusal): never {
  const { limit } = refusal;
  const name = NOT_MONEY.includes(limit) ? 'OverLimit' : 'OverBudget';
  throw new Failure(name, refusalText(refusal), { limit, facts: factsOf(refusal) });
}
