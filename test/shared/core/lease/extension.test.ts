// What an extension requires, and how a hold is lowered when its extension was not committed.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microUsd, sum } from '../../../../shared/core/base/money.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  after as afterwards,
  between,
  durationMs,
  epochMs,
  hours,
  Month,
  minutes,
  monthOf,
  seconds,
} from '../../../../shared/core/base/time.ts';
import {
  applyExtension,
  planApproval,
  planExtension,
  trimmedHold,
} from '../../../../shared/core/lease/extension.ts';
import { extendLease } from '../../../../shared/core/lease/lease-moves.ts';
import { raisedTo } from '../../../../shared/core/ledger/hold-parts.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import { aBootingLease, anActiveLease, anEndingLease } from '../../../support/builders/lease.ts';

const active = anActiveLease();
const { activeAt, deadline } = active;
const now = at('12:10');
const until = (length: number) => ({ kind: 'until', until: epochMs(deadline + length) }) as const;
const longest = afterwards(activeAt, policy.lease.maxDuration);

describe('an extension', () => {
  it('adds the rate over the added time to the hold', () => {
    const { ceiling } = active.terms;
    expect(planExtension(active, until(hours(2)), now)).toEqual({
      kind: 'extend',
      until: afterwards(deadline, hours(2)),
      holdMicroUsd: sum(active.hold.amountMicroUsd, microUsd(2 * ceiling)),
    });
  });

  it('is unchanged when the lease runs that long, or was extended with this key', () => {
    expect(planExtension(active, until(0), now).kind).toBe('unchanged');
    const known = { ...active, extensions: [{ key: 'key-1', added: hours(1) }] };
    const ask = { kind: 'more', added: hours(1), key: 'key-1' } as const;
    expect(planExtension(known, ask, now).kind).toBe('unchanged');
    expect(planExtension(known, { ...ask, added: hours(2) }, now).kind).toBe('key-reused');
  });

  it('requires an active lease before its deadline', () => {
    expect(planExtension(aBootingLease(), until(hours(1)), now).kind).toBe('not-active');
    expect(planExtension(anEndingLease(), until(hours(1)), now).kind).toBe('not-active');
    expect(planExtension(active, until(hours(1)), deadline).kind).toBe('not-active');
  });

  it('is limited to the maximum duration, or to the approval of an operator', () => {
    const to = (instant: number) => ({ kind: 'until', until: epochMs(instant) }) as const;
    expect(planExtension(active, to(longest), now).kind).toBe('extend');
    const refusal = { limit: 'lease-duration', latest: longest };
    const beyond = to(longest + 1);
    expect(planExtension(active, beyond, now)).toEqual({ kind: 'refused', refusal });
    const approved = { ...active, approvedUntil: epochMs(longest + 1) };
    expect(planExtension(approved, beyond, now).kind).toBe('extend');
    expect(planExtension(approved, to(longest + 2), now).kind).toBe('refused');
    // A shorter approval does not lower the limit.
    const less = { ...active, approvedUntil: epochMs(deadline) };
    expect(planExtension(less, to(longest), now).kind).toBe('extend');
  });

  it('never exceeds the availability of the host', () => {
    const latest = afterwards(deadline, minutes(30));
    const attempts = active.attempts.map((attempt) => ({
      ...attempt,
      offer: { ...attempt.offer, availableUntil: latest },
    }));
    const refusal = { limit: 'instance-availability', latest };
    expect(planExtension({ ...active, attempts }, until(hours(1)), now)).toEqual({
      kind: 'refused',
      refusal,
    });
  });

  it('never exceeds the maximum duration in any number of steps, and holds all of it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: hours(6) }), { maxLength: 12 }), (steps) => {
        let lease = active;
        for (const step of steps) {
          const plan = planExtension(
            lease,
            { kind: 'until', until: epochMs(deadline + step) },
            now,
          );
          if (plan.kind !== 'extend') continue;
          const hold = raisedTo(lease.hold, plan.holdMicroUsd, monthOf(now));
          const extension = { until: plan.until, hold, asked: [], reason: 'a test' };
          lease = extendLease(lease, extension, now);
        }
        expect(lease.deadline).toBeLessThanOrEqual(longest);
        expect(lease.terms.duration).toBe(between(activeAt, lease.deadline));
        const raised = lease.outbox.entries.filter(({ kind }) => kind === 'hold-raised');
        const more = raised.map(({ amountMicroUsd }) => amountMicroUsd);
        expect(lease.hold.amountMicroUsd).toBe(sum(active.hold.amountMicroUsd, ...more));
      }),
    );
  });
});

describe('an extension whose hold is raised', () => {
  const ask = { kind: 'more', added: hours(1), key: 'key-1' } as const;
  const plan = planExtension(active, ask, now);
  if (plan.kind !== 'extend') throw new Error('nothing is in the way');
  const held = raisedTo(active.hold, plan.holdMicroUsd, monthOf(now));
  const raised = { planned: active, plan, ask, held, raisedAt: now };

  it('is committed with its key and its hold', () => {
    const lease = applyExtension(active, raised, afterwards(now, seconds(30)));
    expect(lease).toMatchObject({
      deadline: afterwards(deadline, hours(1)),
      hold: { amountMicroUsd: plan.holdMicroUsd },
      extensions: [{ key: 'key-1', added: hours(1) }],
    });
    const whole = { kind: 'until', until: plan.until } as const;
    expect(applyExtension(active, { ...raised, ask: whole }, now)?.extensions).toEqual([]);
  });

  it('has the raise in the month in which the account made it', () => {
    const december = Month.parse('2026-12');
    const later = { ...raised, held: raisedTo(active.hold, plan.holdMicroUsd, december) };
    const lease = applyExtension(active, later, now);
    const more = plan.holdMicroUsd - active.hold.amountMicroUsd;
    expect(lease?.hold).toMatchObject({
      month: '2026-11',
      later: [{ month: '2026-12', amountMicroUsd: more }],
    });
    expect(lease?.outbox.entries.at(-1)).toMatchObject({
      ...{ kind: 'hold-raised', month: '2026-12', amountMicroUsd: more },
    });
  });

  it.each([
    ['the lease changed', { ...active, version: 2 }, now],
    ['the lease ends', { ...anEndingLease(), version: active.version }, now],
    ['it took too long', active, afterwards(now, seconds(31))],
    ['the deadline has passed', active, deadline],
  ])('must be planned again when %s', (_, lease, instant) => {
    const late = { ...raised, raisedAt: instant === deadline ? deadline : now };
    expect(applyExtension(lease, late, instant)).toBeNull();
  });
});

describe('an approval', () => {
  const approve = (lease: Parameters<typeof planApproval>[0], instant: number) =>
    planApproval(lease, { until: epochMs(instant), by: aConsumer, why: 'long training' }, now);

  it('raises the limit to a time that is later than now and at most 30 days away', () => {
    const most = afterwards(now, hours(720));
    expect(approve(active, most)).toMatchObject({
      kind: 'approve',
      lease: { approvedUntil: most },
    });
    const why = 'must be later than now, by at most 720 hours';
    expect(approve(active, now)).toEqual({ kind: 'out-of-range', why });
    expect(approve(active, most + 1)).toEqual({ kind: 'out-of-range', why });
  });

  it('changes nothing when repeated, and is replaced by another', () => {
    const approved = { ...active, approvedUntil: at('20:00') };
    expect(approve(approved, at('20:00'))).toEqual({ kind: 'unchanged' });
    expect(approve(approved, at('19:00')).kind).toBe('approve');
  });

  it('requires an active lease', () => {
    expect(approve(aBootingLease(), at('20:00')).kind).toBe('not-active');
    expect(approve(anEndingLease(), at('20:00')).kind).toBe('not-active');
  });
});

describe('a raised hold', () => {
  const raisedAt = at('12:10');
  const held = { ...active.hold, amountMicroUsd: sum(active.hold.amountMicroUsd, microUsd(1)) };
  const later = afterwards(raisedAt, policy.extension.trimAfter);

  it('is lowered to that of the lease when its extension can no longer commit', () => {
    expect(trimmedHold(active, { ...held, raisedAt }, later)).toBe(active.hold.amountMicroUsd);
  });

  it.each([
    ['too early', { ...held, raisedAt }, epochMs(later - 1)],
    ['as high as that of the lease', { ...active.hold, raisedAt }, later],
    ['never raised', held, later],
  ])('is unchanged: %s', (_case, hold, instant) => {
    expect(trimmedHold(active, hold, instant)).toBeNull();
  });

  it('is left to the settlement of an ending lease', () => {
    expect(trimmedHold(anEndingLease(), { ...held, raisedAt }, later)).toBeNull();
  });

  it('is not lowered while its extension may still commit', () => {
    const window = durationMs(policy.extension.trimAfter - policy.extension.commitWithin);
    expect(window).toBeGreaterThan(minutes(1));
  });
});
