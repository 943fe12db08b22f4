// The hold of a request, and which repeats are the same request.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import { launchBound } from '../../../../shared/core/base/policy/lease.ts';
import { after as afterwards, minutes } from '../../../../shared/core/base/time.ts';
import {
  admitRequest,
  checkDemands,
  holdNeeded,
  sameHold,
  sameRequest,
} from '../../../../shared/core/lease/admission.ts';
import { holdFor } from '../../../../shared/core/lease/hold.ts';
import { at } from '../../../support/builders/base.ts';
import { anEndedLease, aRequestedLease, someTerms } from '../../../support/builders/lease.ts';

const attemptLimit = minutes(25);
const now = at('12:00');
const hold = holdNeeded(someTerms(), attemptLimit, now);

describe('a request', () => {
  it('needs a hold of the worst case of its terms, in its month', () => {
    expect(hold).toEqual({
      amountMicroUsd: holdFor({ ...someTerms(), attemptLimit }),
      rateMicroUsdPerHour: someTerms().ceiling,
      month: '2026-11',
      placedAt: now,
    });
  });

  it('becomes a lease with the placed hold and the launch bound as deadline', () => {
    const { id, consumer, requestHash, terms } = aRequestedLease();
    const request = { id, consumer, requestHash, terms, env: { TOKEN: 'secret' }, hold };
    expect(admitRequest(request, attemptLimit, now)).toMatchObject({
      ...{ state: 'requested', hold, env: { TOKEN: 'secret' } },
      deadline: afterwards(now, launchBound(attemptLimit)),
    });
  });
});

describe('a demand that needs an agent', () => {
  it.each(['requireTransferReports', 'selfEnding'] as const)('refuses %s without one', (field) => {
    const terms = someTerms({ [field]: true });
    expect(() => checkDemands(terms, true)).not.toThrow();
    expect(() => checkDemands(someTerms(), false)).not.toThrow();
    expect(() => checkDemands(terms, false)).toThrow(
      expect.objectContaining({ name: 'BadRequest', field }),
    );
  });
});

describe('a repeat', () => {
  it('finds its lease, also a cancelled one', () => {
    const lease = aRequestedLease();
    expect(sameRequest(lease, 'hash-of-the-body')).toBe(lease);
    const cancelled = { ...anEndedLease(), requestHash: 'unknown' };
    expect(sameRequest(cancelled, 'hash-of-the-body')).toBe(cancelled);
  });

  it('is refused with a different body', () => {
    const refused = expect.objectContaining({ name: 'KeyReused', field: 'Idempotency-Key' });
    expect(() => sameRequest(aRequestedLease(), 'another hash')).toThrow(refused);
    const other = { ...hold, amountMicroUsd: microUsd(1) };
    expect(() => sameHold(other, hold)).toThrow(refused);
  });

  it('uses the hold that its first try placed, at any time', () => {
    const placed = { ...hold, placedAt: at('11:58') };
    expect(sameHold(placed, hold)).toBe(placed);
  });
});
