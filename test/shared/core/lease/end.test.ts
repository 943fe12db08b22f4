// How a lease starts to end.

import { describe, expect, it } from 'vitest';
import { brandId, ConsumerId } from '../../../../shared/core/base/ids.ts';
import { endFromStep, endUnlessOver, releaseLease } from '../../../../shared/core/lease/end.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import {
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';

const now = at('12:20');
const lease = anActiveLease();

describe('an end', () => {
  it('is set once: an ending or ended lease keeps its reason', () => {
    const end = { reason: 'operator', why: 'a test said so' } as const;
    expect(endUnlessOver(lease, end, now)).toMatchObject({ state: 'ending', reason: 'operator' });
    expect(endUnlessOver(anEndingLease(), end, now)).toBeNull();
    expect(endUnlessOver(anEndedLease(), end, now)).toBeNull();
  });
});

describe('a release', () => {
  const operator = { consumer: brandId(ConsumerId, '123456789012/oncall'), operator: true };
  const why = (caller: typeof operator) =>
    releaseLease(lease, caller, now)?.outbox.events.at(-1)?.reason;

  it('records who released the lease', () => {
    expect(why({ consumer: aConsumer, operator: false })).toBe(
      'released: its consumer released the lease',
    );
    expect(why(operator)).toBe('released: operator 123456789012/oncall released the lease');
  });

  it('throws NotFound for another consumer in any state', () => {
    const stranger = { ...operator, operator: false };
    expect(() => releaseLease(lease, stranger, now)).toThrow('lease not found');
    expect(() => releaseLease(anEndedLease(), stranger, now)).toThrow('lease not found');
  });
});

describe('an end by the workflow', () => {
  const input = { leaseId: lease.id, generation: 1 };
  const ended = (error?: { readonly Error: string; readonly Cause: string }) =>
    endFromStep(aRequestedLease(), { ...input, error }, now)?.outbox.events.at(-1)?.reason;

  it.each([
    ['NoOffer', '{"errorMessage":"none is \\"free\\""}', 'no-offer: none is \\"free\\"'],
    ['OverBudget', '{"errorMessage":"too much"}', 'over-budget: too much'],
    ['StoreDown', '{"errorMessage":"503"}', 'failed: 503'],
    ['States.Timeout', '', 'failed: States.Timeout: '],
  ])('records the error %s', (name, cause, reason) => {
    expect(ended({ Error: name, Cause: cause })).toBe(reason);
  });

  it('records that no error was given', () => {
    expect(ended()).toBe('failed: the workflow failed without a reason');
  });

  it('changes nothing for an older generation', () => {
    expect(endFromStep({ ...lease, generation: 2 }, input, now)).toBeNull();
  });
});
