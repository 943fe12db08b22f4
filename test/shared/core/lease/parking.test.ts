// What a waiting step parks, and when its token is answered at once.

import { describe, expect, it } from 'vitest';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import { after as later, total } from '../../../../shared/core/base/time.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import {
  isReadinessSettled,
  isStillServed,
  parkForReadiness,
  parkToServe,
} from '../../../../shared/core/lease/parking.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import { aBootingLease, anActiveLease, anEndingLease } from '../../../support/builders/lease.ts';

const wait = { leaseId: anActiveLease().id, generation: 1, token: 'a token' };
const place = { enteredAt: at('12:00'), failures: 2 };
const input = { ...wait, ...place };
const parked = { input, parked: 'parked', pulse: aPulse() } as const;

describe('the wait for readiness', () => {
  const lease = aBootingLease();

  it('parks its token for the current attempt, with an end after a whole lease', () => {
    const { duration } = lease.terms;
    const endsAt = later(at('12:10'), total(policy.ready.maxBootLimit, duration));
    expect(parkForReadiness(lease, input, at('12:10'))).toEqual({
      ...{ ...wait, place, attempt: 1, wait: 'ready' },
      ...{ endsAt, idleWarned: null },
    });
  });

  it('is settled by any event before it was parked', () => {
    expect(isReadinessSettled(lease, parked)).toBe(false);
    expect(isReadinessSettled(lease, { ...parked, parked: 'over' })).toBe(true);
    expect(isReadinessSettled(anEndingLease(lease), parked)).toBe(true);
    expect(isReadinessSettled({ ...lease, generation: 2 }, parked)).toBe(true);
    const ready = aPulse({ readyAt: at('12:05') });
    expect(isReadinessSettled(lease, { ...parked, pulse: ready })).toBe(true);
  });
});

describe('serving', () => {
  const lease = anActiveLease();
  const now = at('12:06');

  it('parks its token until the lease ends, with its last idle warning', () => {
    const idleWarned = { since: at('12:05'), at: at('12:06') };
    expect(parkToServe({ ...lease, idleWarned }, { input, pulse: null }, now)).toEqual({
      ...{ ...wait, place, attempt: 1, wait: 'serve' },
      ...{ endsAt: lease.deadline, idleWarned },
    });
    const booting = aBootingLease();
    expect(parkToServe(booting, { input, pulse: null }, now)).toMatchObject({
      endsAt: booting.deadline,
    });
  });

  it('continues unless the lease changed since it was parked', () => {
    const facts = { ...parked, parkedUntil: lease.deadline };
    const goesOn = (each: Lease, change = {}) => isStillServed(each, { ...facts, ...change }, now);
    expect(goesOn(lease)).toBe(true);
    expect(goesOn(lease, { parked: 'over' })).toBe(false);
    expect(goesOn(lease, { parkedUntil: at('13:00') })).toBe(false);
    expect(goesOn({ ...lease, generation: 2 })).toBe(false);
    expect(goesOn(anEndingLease(lease))).toBe(false);
    expect(isStillServed(lease, facts, lease.deadline)).toBe(false);
  });
});
