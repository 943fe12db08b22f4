// When a lease must have made progress, and how the next generation replaces the workflow.

import { describe, expect, it } from 'vitest';
import {
  isStuck,
  nextGeneration,
  progressDue,
  restartsAtOnce,
} from '../../../../shared/core/lease/progress.ts';
import { at } from '../../../support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';

describe('progress', () => {
  it.each([
    ['requested', aRequestedLease(), '12:05'],
    ['launching', aLaunchingLease(), '12:05'],
    // The longest boot limit of any provider.
    ['booting', aBootingLease(), '12:35'],
    // From its deadline, which is 13:04.
    ['active', anActiveLease(), '13:09'],
    // The longest pause between two rounds of teardown.
    ['ending', anEndingLease(), '12:20'],
    ['ended', anEndedLease(), '12:05'],
  ])('is due in time for a lease that is %s', (_, lease, due) => {
    expect(progressDue(lease, at('12:00'))).toBe(at(due));
  });

  it('is overdue from its due time on', () => {
    const lease = { ...anEndingLease(), dueBy: at('12:50') };
    expect(isStuck(lease, at('12:49:59'))).toBe(false);
    expect(isStuck(lease, at('12:50'))).toBe(true);
  });
});

describe('the next generation', () => {
  it('is started with its reason in an event', () => {
    const lease = nextGeneration(anActiveLease(), 'the workflow execution is lost', at('12:20'));
    expect(lease).toMatchObject({ state: 'active', generation: 2 });
    expect(lease?.outbox.events.at(-1)).toMatchObject({
      type: 'workflow-restarted',
      reason: 'the workflow execution is lost; started generation 2 of the workflow',
    });
  });

  it('is null for an ended lease', () => {
    expect(
      nextGeneration(anEndedLease(), 'the workflow execution is lost', at('12:40')),
    ).toBeNull();
  });

  it('replaces only the current execution at once, at most three times', () => {
    const lease = { ...anActiveLease(), generation: 3 };
    expect(restartsAtOnce(lease, 3)).toBe(true);
    expect(restartsAtOnce(lease, 2)).toBe(false);
    expect(restartsAtOnce({ ...lease, generation: 4 }, 4)).toBe(false);
  });
});
