// What open leases can still cost at a provider, and how a reading treats takes in progress.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import { type EpochMs, minutes } from '../../../../shared/core/base/time.ts';
import {
  carries,
  isDue,
  type Reading,
  type Room,
  reviewedRoom,
  runwayOf,
  type Take,
  unreadPage,
} from '../../../../shared/core/billing/prepaid.ts';
import { acceptDestroy, retireAttempt } from '../../../../shared/core/instance/attempt-moves.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import { chooseOffer, withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import { aLeaseId, at } from '../../../support/builders/base.ts';
import { anOffer } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';

/** An hour of the builders' instance costs $0.404; a boot may take 20 min, a teardown 10. */
const HOUR = 404_000;
const BALANCE = 10_000_000;

const reading = (
  open: readonly Lease[],
  now: EpochMs = at('12:04'),
  balance = BALANCE,
): Reading => ({
  ...{ provider: 'vastai', bootLimit: minutes(20) },
  ...{ open, now, balance },
});
const read = (open: readonly Lease[], now?: EpochMs, balance?: number): Room =>
  reviewedRoom(null, reading(open, now, balance)).room;

const chosen = (): Lease =>
  chooseOffer(aRequestedLease(), { offer: anOffer(), reason: 'the cheapest' }, at('12:01'));

function aTake(change: Partial<Take> = {}): Take {
  return {
    leaseId: aLeaseId(),
    attempt: 1,
    amountMicroUsd: microUsd(606_000),
    at: at('12:03'),
    ...change,
  };
}

/** A room after this take. */
const taken = (take: Take): Room => ({
  ...read([], at('12:00')),
  version: 2,
  takes: { [take.leaseId]: take },
});

describe('the room of a balance', () => {
  it.each<[string, () => Lease, EpochMs, number]>([
    ['nothing chosen', aRequestedLease, at('12:04'), 0],
    ['an offer chosen: its time, a boot and a teardown', chosen, at('12:04'), 1.5],
    ['a create in progress for 9 min', aLaunchingLease, at('12:10'), 1.35],
    ['an instance that boots for 8 min', aBootingLease, at('12:10'), 82 / 60],
    ['an active lease after half an hour', anActiveLease, at('12:34'), 2 / 3],
    ['an instance that must be gone by 12:40', anEndingLease, at('12:34'), 0.1],
    ['nothing after the end', anEndedLease, at('12:40'), 0],
  ])('is reduced by what a lease can still cost: %s', (...[, lease, now, hours]) => {
    const { roomMicroUsd } = read([lease()], now);
    const used = BALANCE - (roomMicroUsd ?? 0);
    // The attempt of the launching lease was recorded at 12:01, the booting one's instance created
    // at 12:02.
    expect(Math.abs(used - HOUR * hours)).toBeLessThanOrEqual(2);
  });

  it('is not reduced by an instance with an accepted destroy, or of another provider', () => {
    const ending = anEndingLease();
    const attempt = currentAttempt(ending);
    if (attempt?.state !== 'created') throw new Error('it has an instance');
    const stopped = acceptDestroy(retireAttempt(attempt, 'lease-ended'), at('12:31'));
    expect(read([withAttempt(ending, stopped)], at('12:32'))).toMatchObject({
      roomMicroUsd: BALANCE,
      burnMicroUsdPerHour: 0,
    });
  });

  it('is unknown when the balance is unknown', () => {
    const room = reviewedRoom(null, { ...reading([anActiveLease()]), balance: null }).room;
    expect(room).toMatchObject({ roomMicroUsd: null, balanceMicroUsd: null });
    expect([carries(room, aLeaseId(), at('12:04')), runwayOf(room)]).toEqual([null, null]);
  });
});

describe('a take', () => {
  it('is kept while its choice may still be committed', () => {
    const take = aTake();
    const { room } = reviewedRoom(taken(take), reading([aRequestedLease()]));
    expect(room).toMatchObject({ version: 3, roomMicroUsd: BALANCE - 606_000 });
    expect(room.takes).toEqual({ [take.leaseId]: take });
  });

  it('expires after 2 min: the step that took it was interrupted', () => {
    const { room } = reviewedRoom(taken(aTake()), reading([], at('12:05')));
    expect(room).toMatchObject({ roomMicroUsd: BALANCE, takes: {} });
  });

  it('counts once when its lease has the choice, and not in addition to an instance', () => {
    const known = taken(aTake());
    expect(reviewedRoom(known, reading([chosen()])).room.roomMicroUsd).toBe(BALANCE - 606_000);
    const serving = reviewedRoom(known, reading([anActiveLease()])).room;
    expect(serving.takes).toEqual({});
    expect(BALANCE - (serving.roomMicroUsd ?? 0)).toBeLessThan(HOUR * 1.2);
  });

  it('is replaced by the next attempt of its lease only', () => {
    const room = { ...taken(aTake()), roomMicroUsd: microUsd(100) };
    expect(carries(room, aLeaseId(), at('12:04'))).toBe(606_100);
    expect(carries(room, aLeaseId('b'), at('12:04'))).toBe(100);
  });
});

describe('a reading', () => {
  it('is due after 5 min, and limits nothing after 15', () => {
    const room = read([], at('12:00'));
    expect([isDue(null, at('12:00')), isDue(room, at('12:04')), isDue(room, at('12:05'))]).toEqual([
      ...[true, false, true],
    ]);
    expect(carries(room, aLeaseId(), at('12:15'))).toBe(BALANCE);
    expect(carries(room, aLeaseId(), at('12:15:01'))).toBeNull();
  });

  it('pages when less than an hour is left, or when open leases can cost more', () => {
    const page = (balance: number, open = [anActiveLease()]) =>
      reviewedRoom(null, reading(open, at('12:04'), balance)).page;
    expect(page(HOUR * 2)).toBeNull();
    expect(page(363_600)).toBe(
      'balance-low: vastai has $0.3636 left, 54 min at $0.4040/h: $0.107734 less than the open leases need',
    );
    expect(page(450_000)).toContain('less than the open leases need');
    expect(page(-5)).toContain('0 min');
    expect(page(-5, [])).toBeNull();
  });
});

describe('a balance that cannot be read', () => {
  const room = read([], at('12:00'));
  const page = (now: EpochMs, lastSweepAt: EpochMs) =>
    unreadPage(room, { why: 'could not read the balance of vastai', now, lastSweepAt });

  it('pages once an hour, counted from its last reading', () => {
    expect(page(at('12:59'), at('12:58'))).toBeNull();
    expect(page(at('13:00'), at('12:59'))).toBe(
      'blind: could not read the balance of vastai; last read at 2026-11-02T12:00:00.000Z',
    );
    expect(page(at('13:01'), at('13:00'))).toBeNull();
    expect(page(at('14:00'), at('13:59'))).not.toBeNull();
  });
});
