// The laws of spending: no lease exceeds its cap by more than the cost of one sweep interval and
// teardown, the hold grows while teardown is refused, and rounding is at most a micro-dollar per
// part.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cost, microUsd, microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  after as afterwards,
  durationMs,
  type EpochMs,
  minutes,
} from '../../../../shared/core/base/time.ts';
import { proveAbsence } from '../../../../shared/core/instance/absence.ts';
import {
  acceptDestroy,
  closeAttempt,
  retireAttempt,
} from '../../../../shared/core/instance/attempt-moves.ts';
import { judge } from '../../../../shared/core/lease/judge.ts';
import { billOf, type LeaseIn, reservedOf } from '../../../../shared/core/lease/lease.ts';
import { closeLease, growHold, withAttempt } from '../../../../shared/core/lease/lease-moves.ts';
import {
  outgrownHold,
  presentRate,
  spendingEnd,
  spentBy,
} from '../../../../shared/core/lease/spend.ts';
import { amountOfCharge, chargesOf } from '../../../../shared/core/ledger/charge.ts';
import { totalsOf } from '../../../../shared/core/ledger/entry.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer, aPulse } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndingLease,
  aRequestedLease,
  someTerms,
} from '../../../support/builders/lease.ts';

const GB = 1_000_000_000;
const offers = fc
  .record({
    gpu: fc.integer({ min: 1, max: 3_000_000 }),
    disk: fc.integer({ min: 0, max: 2_000 }),
    down: fc.integer({ min: 0, max: 30_000 }),
    up: fc.integer({ min: 0, max: 30_000 }),
  })
  .map(({ gpu, disk, down, up }) =>
    anOffer({
      gpuMicroUsdPerHour: microUsdPerHour(gpu),
      diskMicroUsdPerGbHour: microUsdPerHour(disk),
      downloadMicroUsdPerGb: microUsd(down),
      uploadMicroUsdPerGb: microUsd(up),
    }),
  );

function serving(offer: ReturnType<typeof anOffer>, cap: number | null): LeaseIn<'active'> {
  const terms = someTerms({ spendCapMicroUsd: cap === null ? null : microUsd(cap) });
  return anActiveLease(aBootingLease(aLaunchingLease(aRequestedLease({ terms }), offer)));
}

/** Bytes per minute in each direction. */
const traffic = fc.array(fc.tuple(fc.nat(3 * GB), fc.nat(GB)), { minLength: 60, maxLength: 60 });

describe('a spend cap', () => {
  it('is exceeded by at most one sweep interval and the bytes between two heartbeats', () => {
    fc.assert(
      fc.property(
        offers,
        fc.integer({ min: 1, max: 900_000 }),
        traffic,
        (offer, cap, heartbeats) => {
          const lease = { ...serving(offer, cap), deadline: at('14:00') };
          const rate = presentRate(lease);
          const bytes: [number, number] = [0, 0];
          let now: EpochMs = lease.activeAt;
          let before = spentBy(lease, aPulse({ bytes }), now);
          for (const [received, sent] of heartbeats) {
            const pulse = aPulse({ bytes: [...bytes], bytesAt: now });
            if (spendingEnd(lease, pulse, now) !== null) break;
            before = spentBy(lease, pulse, now);
            expect(before).toBeLessThan(cap);
            now = afterwards(now, policy.sweep.every);
            bytes[0] += received;
            bytes[1] += sent;
          }
          const [received = 0, sent = 0] = heartbeats.reduce(
            (most, heartbeat) =>
              [Math.max(most[0], heartbeat[0]), Math.max(most[1], heartbeat[1])] as const,
            [0, 0] as readonly [number, number],
          );
          const { downloadMicroUsdPerGb: down, uploadMicroUsdPerGb: up } = offer;
          const between = Math.ceil((down * received) / GB) + Math.ceil((up * sent) / GB) + 4;
          const most = cap + cost(rate, policy.sweep.every) + between;
          const spent = spentBy(lease, aPulse({ bytes: [...bytes] }), now);
          if (before < cap) expect(spent).toBeLessThanOrEqual(most);
        },
      ),
    );
  });

  it('sets the wait of the Serve step to when it is reached', () => {
    fc.assert(
      fc.property(offers, fc.integer({ min: 1, max: 900_000 }), (offer, cap) => {
        const lease = { ...serving(offer, cap), deadline: at('14:00') };
        const now = lease.activeAt;
        const pulse = aPulse({ nodeHeartbeatAt: now, bytes: [0, 0], bytesAt: now });
        const verdict = judge({ lease, pulse }, now);
        if (verdict.kind !== 'serve') return;
        const woken = afterwards(now, durationMs(verdict.times.timeoutSeconds * 1_000));
        const spent = spentBy(lease, pulse, woken);
        // GPU and disk are each rounded up now, and may be by less then.
        if (woken < lease.deadline) expect(spent).toBeGreaterThanOrEqual(cap - 2);
        expect(spent).toBeLessThanOrEqual(cap + cost(presentRate(lease), durationMs(2_000)) + 2);
      }),
    );
  });

  it('ends the lease as spend-cap, and the hold ends it as over-budget', () => {
    const lease = serving(anOffer(), 10);
    expect(judge({ lease, pulse: null }, at('12:10'))).toMatchObject({
      kind: 'end',
      reason: 'spend-cap',
    });
    const uncapped = serving(anOffer(), null);
    const bytes: [number, number] = [1_000 * GB, 0];
    expect(judge({ lease: uncapped, pulse: aPulse({ bytes }) }, at('12:05'))).toMatchObject({
      kind: 'end',
      reason: 'over-budget',
    });
  });
});

/** The destroy of its instance was accepted at this time, and its absence is proved. */
function goneAt(lease: LeaseIn<'ending'>, now: EpochMs) {
  const evidence = { notBefore: now, absentSince: now, listLag: minutes(0) };
  const verdict = proveAbsence(evidence, afterwards(now, minutes(1)));
  const [instance] = lease.attempts;
  if (verdict.kind !== 'proved' || instance?.state !== 'created') throw new Error('no instance');
  const { proof } = verdict;
  const gone = closeAttempt(acceptDestroy(retireAttempt(instance, 'lease-ended'), now), proof);
  return { proof, closed: withAttempt(lease, gone) };
}

describe('the hold of a refused teardown', () => {
  it('covers the cost at each check, and the entries add up at the end', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(offers, looks, (offer, waits) => {
        let lease = anEndingLease(serving(offer, null));
        let now = lease.endingAt;
        for (const wait of waits) {
          now = afterwards(now, minutes(wait));
          const to = outgrownHold(lease, null, now);
          if (to !== null) lease = growHold(lease, to, now);
          expect(lease.hold.amountMicroUsd).toBeGreaterThanOrEqual(spentBy(lease, null, now));
        }
        const charged = spentBy(lease, null, now);
        const { proof, closed } = goneAt(lease, now);
        const ended = closeLease(closed, proof, afterwards(now, minutes(2)));
        expect(ended.chargedMicroUsd).toBe(charged);
        expect(totalsOf(ended.outbox.entries)).toEqual({
          ...{ held: 0, charged, reserved: reservedOf(ended) },
        });
      }),
    );
  });
});

describe('rounding', () => {
  it('is upwards, by less than a micro-dollar for each part of a charge', () => {
    // Within the transfer allowance, and within what the link can carry in a minute.
    const used = fc.tuple(fc.nat(9 * GB), fc.nat(9 * GB));
    fc.assert(
      fc.property(offers, used, fc.integer({ min: 0, max: 86_400_000 }), (offer, bytes, ms) => {
        const lease = serving(offer, null);
        const now = afterwards(at('12:03'), durationMs(ms));
        const [charge] = chargesOf(billOf(lease, aPulse({ bytes })), now);
        if (charge === undefined) throw new Error('nothing was charged');
        const HOUR = 3_600_000;
        const disk = Math.ceil(offer.diskMicroUsdPerGbHour * 20);
        const exact =
          (offer.gpuMicroUsdPerHour * ms) / HOUR +
          (disk * (ms + 60_000)) / HOUR +
          (offer.downloadMicroUsdPerGb * bytes[0]) / GB +
          (offer.uploadMicroUsdPerGb * bytes[1]) / GB;
        const amount = amountOfCharge(charge);
        expect(amount).toBeGreaterThanOrEqual(exact - 1e-3);
        expect(amount).toBeLessThan(exact + 4);
      }),
    );
  });
});
