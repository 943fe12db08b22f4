// Whether an account agrees with its leases, and which differences are doubtful.

import { describe, expect, it } from 'vitest';
import { microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import {
  after as afterwards,
  before as earlier,
  epochMs,
  hours,
  minutes,
} from '../../../../shared/core/base/time.ts';
import { differencePage } from '../../../../shared/core/billing/difference.ts';
import {
  compareAccount,
  enteredUntil,
  factOf,
  mayHaveMoved,
  missingAccount,
  spanOfLeases,
  spanSince,
} from '../../../../shared/core/billing/verify.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { aHold, anAccount } from '../../../support/builders/accounts.ts';
import { aConsumer, aLeaseId, at } from '../../../support/builders/base.ts';
import { anActiveLease, anEndedLease } from '../../../support/builders/lease.ts';

const applied = <L extends Lease>(lease: L): L => ({
  ...lease,
  outbox: { events: [], entries: [] },
});
const active = applied(anActiveLease());
const ended = applied({ ...anEndedLease(), id: aLeaseId('b') });
const factsOf = (...leases: readonly Lease[]) =>
  new Map(leases.map((each) => [each.id, factOf(each)]));

/** The correct account of an active lease and an ended one. */
const account = anAccount({
  holds: { [active.id]: active.hold },
  chargedMicroUsd: ended.chargedMicroUsd,
  roomMicroUsd: microUsd(10_000_000 - active.hold.amountMicroUsd - ended.chargedMicroUsd),
  leaseRoom: 19,
});
const whole = {
  ...account,
  rateRoomMicroUsdPerHour: microUsdPerHour(
    account.limits.maxRateMicroUsdPerHour - active.hold.rateMicroUsdPerHour,
  ),
};
const compare = (change: Partial<typeof whole>, facts = factsOf(active, ended)) =>
  compareAccount({ ...whole, ...change }, facts, at('14:00'));

describe('an account', () => {
  it('agrees with the leases that have its holds and charges', () => {
    expect(compare({})).toEqual({ difference: null, doubtful: false, suspects: [] });
  });

  it.each([
    ['room', { roomMicroUsd: microUsd(1) }, 'budget'],
    ['rate room', { rateRoomMicroUsdPerHour: account.rateRoomMicroUsdPerHour }, 'rate limit'],
    ['lease room', { leaseRoom: 20 }, 'open leases'],
    ['charges before', { chargedBeforeMicroUsd: microUsd(1) }, 'charged in total'],
  ])('has a definite difference in its %s', (_, change, what) => {
    const { difference, doubtful } = compare(change);
    expect(difference?.what).toContain(what);
    expect(doubtful).toBe(false);
  });

  it('names a lease with a hold that the lease lacks, for a second check', () => {
    const holds = { ...whole.holds, [aLeaseId('c')]: aHold() };
    expect(compare({ holds })).toMatchObject({
      difference: { leaseId: aLeaseId('c'), what: 'held', ledger: 0, found: 1_000_000 },
      doubtful: false,
      suspects: [aLeaseId('c')],
    });
    const fresh = { ...whole.holds, [aLeaseId('c')]: aHold({ placedAt: at('13:59') }) };
    expect(compare({ holds: fresh }).doubtful).toBe(true);
  });

  it('is doubtful while an outbox of its leases is not applied', () => {
    const pending = factsOf(active, { ...anEndedLease(), id: aLeaseId('b') });
    expect(compare({ chargedMicroUsd: microUsd(0) }, pending)).toMatchObject({ doubtful: true });
    expect(mayHaveMoved(pending)).toEqual([active.id, aLeaseId('b')]);
    expect(mayHaveMoved(factsOf(ended))).toEqual([]);
  });

  it('is a difference when it is missing', () => {
    const missing = missingAccount(aConsumer);
    expect(differencePage(missing)).toBe(
      `books-differ: ${aConsumer}: accounts: the ledger has 1, found 0`,
    );
  });
});

describe('a second check', () => {
  const now = at('14:00');
  const until = afterwards(now, hours(24));

  it('reads the entries of its leases since the earliest request', () => {
    const leases = new Map([[active.id, active]]);
    const from = earlier(at('12:00'), minutes(10));
    expect(spanOfLeases([active.id], leases, now)).toEqual({ from, to: until });
    expect(spanOfLeases([active.id, aLeaseId('z')], leases, now).from).toBe(0);
  });

  it('reads entries since it started, with a margin for clocks and steps', () => {
    expect(spanSince(at('13:50'), now)).toEqual({ from: at('13:40'), to: until });
    expect(spanSince(epochMs(5), now).from).toBe(0);
  });

  it('counts only entries that a lease had committed when it was read', () => {
    const { entries } = anEndedLease().outbox;
    const read = new Map([[active.id, { ...active, lastEntry: 1 }]]);
    expect(enteredUntil(entries, read).map(({ seq }) => seq)).toEqual([1]);
    expect(enteredUntil(entries, new Map())).toEqual(entries);
  });
});
