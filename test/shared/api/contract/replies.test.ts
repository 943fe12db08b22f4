// The check of every reply of every test: it finds the faults of a reply, and none in a correct
// one.

import { describe, expect, it } from 'vitest';
import type { RouteName } from '../../../../shared/api/contract/contract.ts';
import { REPLIES, withAddedFields } from '../../../clients/replies.ts';
import { faultsOf, strictly } from '../../../support/strict-replies.ts';

const ROUTES = Object.keys(REPLIES) as readonly RouteName[];
const problem = {
  ...{ type: 'urn:gpu-shopper:problem:OverBudget', title: 'A title', status: 402, detail: 'no' },
  ...{ requestId: 'request-1', retryable: false, limit: 'rate', room: 1, asked: 2, holds: [] },
};

describe('a strict check of replies', () => {
  it.each(ROUTES)('finds an unknown field in a reply of %s', (name) => {
    const status = {
      ...{ requestLease: 202, releaseLease: 202, deleteLease: 202, placeFreeze: 202 },
      ...{ sweepProvider: 202, reconcileCharges: 202, verifyLedger: 202 },
    };
    const promised = new Map(Object.entries(status)).get(name) ?? 200;
    expect(faultsOf(name, promised, REPLIES[name])).toEqual([]);
    expect(faultsOf(name, promised, withAddedFields(REPLIES[name])).join()).toContain('addedLater');
  });

  it.each<[string, number, unknown, string]>([
    ['a missing field', 200, { ...REPLIES.readLease, state: undefined }, 'state'],
    ['a wrong value', 200, { ...REPLIES.readLease, attempts: -0.5 }, 'attempts'],
    ['another status', 202, REPLIES.readLease, '202, not 200'],
    ['an unknown field of a problem', 402, { ...problem, colour: 'red' }, 'colour'],
    ['a reply where a problem belongs', 404, REPLIES.readLease, 'title'],
  ])('finds %s', (...[, status, body, words]) => {
    expect(faultsOf('readLease', status, body).join()).toContain(words);
  });

  it('finds nothing in a problem', () => expect(faultsOf('readLease', 402, problem)).toEqual([]));

  it('passes correct replies on, and ignores the results of steps and timers', async () => {
    const reply = { statusCode: 200, headers: {}, body: JSON.stringify(REPLIES.readLease) };
    const call = { name: 'readLease', payload: {} };
    expect(await strictly()(call, async () => reply)).toBe(reply);
    const record = { provider: 'vastai' };
    const timer = { name: 'timer-sweep', payload: {} };
    expect(await strictly()(timer, async () => record)).toBe(record);
  });
});
