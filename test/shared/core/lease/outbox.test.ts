// The outbox of a lease, and what it requires of the account.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import { repriceHold } from '../../../../shared/core/lease/hold.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { addEvent, growHold } from '../../../../shared/core/lease/lease-moves.ts';
import {
  hasOutbox,
  holdChangeOf,
  withPendingEvents,
} from '../../../../shared/core/lease/outbox.ts';
import { at } from '../../../support/builders/base.ts';
import { anActiveLease, anEndedLease, anEndingLease } from '../../../support/builders/lease.ts';

const applied = <L extends Lease>(lease: L): L => ({
  ...lease,
  outbox: { events: [], entries: [] },
});

describe('an outbox', () => {
  it('is there until it is applied', () => {
    expect(hasOutbox(anActiveLease())).toBe(true);
    expect(hasOutbox(applied(anActiveLease()))).toBe(false);
    const event = { type: 'lease-ends-soon', reason: 'soon' };
    expect(hasOutbox(addEvent(applied(anActiveLease()), event, at('12:50')))).toBe(true);
  });
});

describe('a hold', () => {
  it('is settled with what an ended lease was charged', () => {
    const lease = anEndedLease();
    expect(holdChangeOf(lease)).toEqual({
      ...{ kind: 'settle', placedAt: lease.hold.placedAt },
      charges: [{ month: lease.hold.month, amountMicroUsd: lease.chargedMicroUsd }],
    });
  });

  it('is lowered when the instance is known', () => {
    const lease = repriceHold(applied(anActiveLease()), at('12:04'));
    expect(holdChangeOf(lease)).toEqual({ kind: 'reprice', to: lease.hold });
  });

  it('is raised when teardown is refused', () => {
    const lease = applied(anEndingLease());
    const to = microUsd(lease.hold.amountMicroUsd + 1);
    const grown = growHold(lease, to, at('13:00'));
    expect(holdChangeOf(grown)).toEqual({ kind: 'grow', to: grown.hold });
  });

  it('is unchanged otherwise', () => {
    expect(holdChangeOf(applied(anActiveLease()))).toBeNull();
  });
});

describe('a page of events', () => {
  const lease = anActiveLease();
  const { events } = lease.outbox;
  const logged = events.slice(0, 2);

  it('continues with pending events', () => {
    expect(withPendingEvents(logged, lease, 0)).toEqual(events);
    expect(withPendingEvents([], lease, 1)).toEqual(events.slice(1));
  });

  it('omits pending events after a gap in the log', () => {
    const later = { ...lease, outbox: { ...lease.outbox, events: events.slice(3) } };
    expect(withPendingEvents(logged, later, 0)).toEqual(logged);
  });
});
