// When a lease's schedule fires next. It is never set later than the deadline plus grace.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  after as afterwards,
  durationMs,
  epochMs,
  minutes,
  seconds,
} from '../../../../shared/core/base/time.ts';
import {
  alarmOf,
  endPastDeadline,
  giveWarning,
  nextAlarm,
  recheckPause,
  warningDue,
} from '../../../../shared/core/lease/deadline.ts';
import { at } from '../../../support/builders/base.ts';
import {
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
} from '../../../support/builders/lease.ts';

const active = anActiveLease();
const ahead = (length: number) => epochMs(active.deadline - length);

describe('the next alarm', () => {
  it.each([
    ['20 minutes ahead', minutes(20), minutes(15)],
    ['at the first warning', minutes(15), minutes(5)],
    ['after the second warning', minutes(4), minutes(1)],
  ])('%s is the next warning', (_when, left, warning) => {
    expect(alarmOf(active, ahead(left))).toBe(ahead(warning));
  });

  it('is the deadline plus grace after the last warning', () => {
    const end = afterwards(active.deadline, policy.deadline.grace);
    expect(alarmOf(active, ahead(seconds(60)))).toBe(end);
    expect(alarmOf(active, active.deadline)).toBe(end);
  });

  it('is the launch bound plus grace before the lease is active', () => {
    const lease = aLaunchingLease();
    expect(alarmOf(lease, at('12:00'))).toBe(afterwards(lease.deadline, policy.deadline.grace));
  });

  it('is never later than the deadline plus grace, and never in the past before that', () => {
    const span = fc.integer({ min: 0, max: minutes(120) });
    fc.assert(
      fc.property(span, span, (from, length) => {
        const now = afterwards(at('12:00'), durationMs(from));
        const deadline = afterwards(now, durationMs(length));
        const alarm = nextAlarm(deadline, now);
        expect(alarm).toBeLessThanOrEqual(afterwards(deadline, policy.deadline.grace));
        expect(alarm).toBeGreaterThan(now);
      }),
    );
  });
});

describe('a warning', () => {
  it.each([
    ['none far ahead', minutes(16), null, null],
    ['the first at its time', minutes(15), null, minutes(15)],
    ['only the closest of several', minutes(4), null, minutes(5)],
    ['not again', minutes(4), minutes(5), null],
    ['the next one after the last one given', seconds(50), minutes(5), minutes(1)],
  ])('is due: %s', (...[, left, warnedBefore, due]) => {
    expect(warningDue({ ...active, warnedBefore }, ahead(left))).toBe(due);
  });
});

describe('a deadline', () => {
  it('ends an active lease as expired and any other as failed once it has passed', () => {
    expect(endPastDeadline(active, active.deadline)).toMatchObject({ reason: 'expired' });
    const launching = aLaunchingLease();
    expect(endPastDeadline(launching, launching.deadline)).toMatchObject({ reason: 'failed' });
  });

  it('ends no lease before it has passed, and no ending or ended lease', () => {
    expect(endPastDeadline(active, ahead(1))).toBeNull();
    expect(endPastDeadline(anEndingLease(), at('20:00'))).toBeNull();
    expect(endPastDeadline(anEndedLease(), at('20:00'))).toBeNull();
  });

  it('is warned of once per warning time while the lease is active', () => {
    const warned = giveWarning(active, ahead(minutes(15)));
    expect(warned).toMatchObject({ state: 'active', warnedBefore: minutes(15) });
    expect(warned?.outbox.events.at(-1)?.type).toBe('lease-ends-soon');
    expect(warned === null ? null : giveWarning(warned, ahead(minutes(14)))).toBeNull();
    expect(giveWarning(active, ahead(minutes(16)))).toBeNull();
    expect(giveWarning(aLaunchingLease(), at('13:59'))).toBeNull();
  });

  it('is checked again soon while a lease ends, and after an hour as often as teardown', () => {
    const ending = anEndingLease();
    expect(recheckPause(ending, at('13:30'))).toBe(minutes(5));
    expect(recheckPause(ending, at('13:30:01'))).toBe(minutes(15));
  });
});
