// Whatever an instance reports, as long as it parses, its lease can be judged, ended and settled,
// and its charge stays within its rate, its disk and what its link can carry.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { costOfBytes, microUsd } from '../../../../shared/core/base/money.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import {
  after as afterwards,
  between,
  durationMs,
  hours,
  minutes,
} from '../../../../shared/core/base/time.ts';
import { Pulse } from '../../../../shared/core/instance/pulse.ts';
import { Telemetry } from '../../../../shared/core/instance/telemetry.ts';
import { carriedBytes, liveUsage, maxBytes } from '../../../../shared/core/instance/usage.ts';
import { effectOnWait } from '../../../../shared/core/lease/heartbeat.ts';
import { judge } from '../../../../shared/core/lease/judge.ts';
import { currentAttempt, Lease, type LeaseIn } from '../../../../shared/core/lease/lease.ts';
import { closeLease } from '../../../../shared/core/lease/lease-moves.ts';
import { spendingEndAt, spentBy } from '../../../../shared/core/lease/spend.ts';
import { applyDestroyOutcome, heldTargets } from '../../../../shared/core/lease/teardown.ts';
import { lastKnown } from '../../../../shared/core/sweep/last-known.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer, aProof, aPulse } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndingLease,
  withAllClosed,
} from '../../../support/builders/lease.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const count = fc.option(fc.oneof(fc.constantFrom(0, MAX, -MAX), fc.integer(), fc.maxSafeNat()));
const reading = fc.option(fc.double({ min: -1_000, max: 100_000_000, noNaN: true }));
const telemetry = fc.record({
  gpus: fc.array(fc.tuple(reading, reading, reading, reading, reading), { maxLength: 16 }),
  processes: count,
  rxBytes: count,
  txBytes: count,
  networkKbps: count,
  uptimeSeconds: count,
  jobId: fc.string({ maxLength: 64 }),
});

const offer = anOffer({ linkMbps: 100 });
const active = anActiveLease(aBootingLease(aLaunchingLease(undefined, offer)));

/** The pulse after one heartbeat each `gap` with these reports, as the store keeps it. */
function pulseAfter(reports: readonly Telemetry[], linkMbps = 100, gap = minutes(1)): Pulse {
  let pulse = aPulse({
    ...{ startedAt: at('12:01'), linkMbps, readyAt: at('12:03'), wait: 'serve' },
    idle: {
      gpuPercentBelow: 5,
      networkKbpsBelow: 5,
      app: false,
      window: minutes(5),
      action: 'end',
    },
  });
  for (const [index, report] of reports.entries()) {
    const now = afterwards(at('12:04'), durationMs(gap * index));
    const { rxBytes: rx, txBytes: tx } = report;
    pulse = { ...pulse, telemetry: report, nodeHeartbeatAt: now, nodeHeartbeatNumber: index + 1 };
    if (rx === null || tx === null || rx < 0 || tx < 0) continue;
    const { bytes: bytesBefore, bytesAt: bytesBeforeAt } = pulse;
    pulse = { ...pulse, bytes: [rx, tx], bytesAt: now, bytesBefore, bytesBeforeAt };
    pulse = Pulse.parse({ ...pulse, bytesCarried: carriedBytes(pulse) ?? pulse.bytesCarried });
  }
  return pulse;
}

/** Judged, destroyed and settled at 12:31 with the usage of this pulse. */
function settle(lease: LeaseIn<'active'>, pulse: Pulse): LeaseIn<'ended'> {
  const ending = anEndingLease(lease);
  const [target] = heldTargets(ending);
  if (target === undefined) throw new Error('it has an instance');
  const traces = { attempt: 1, pulse, record: null, listLag: minutes(1) };
  const outcome = { ...target, how: 'accepted', last: lastKnown(ending, traces) } as const;
  const destroyed = applyDestroyOutcome(ending, outcome, at('12:31'));
  if (destroyed.state !== 'ending') throw new Error('it is ending');
  return closeLease(withAllClosed(destroyed), aProof(), at('12:34'));
}

it('any telemetry that parses lets a lease end, charged within its bounds', () => {
  fc.assert(
    fc.property(fc.array(telemetry, { maxLength: 20 }), (reports) => {
      const pulse = pulseAfter(reports.map((report) => Telemetry.parse(report)));
      const now = at('12:24');
      judge({ lease: active, pulse }, now);
      effectOnWait(pulse, now);
      spendingEndAt(active, pulse, now);
      const ended = Lease.parse(settle(active, pulse));
      if (ended.state !== 'ended') throw new Error('it has ended');
      const life = between(at('12:02'), at('12:31'));
      const carried = maxBytes(100, life);
      const perGb = microUsd(Math.max(offer.uploadMicroUsdPerGb, offer.downloadMicroUsdPerGb));
      const time = spentBy(settle(active, aPulse()), null, at('12:34'));
      const most = time + 2 * costOfBytes(perGb, carried);
      expect(ended.chargedMicroUsd).toBeLessThanOrEqual(most);
      expect(ended.chargedMicroUsd - time).toBeLessThanOrEqual(perGb * ended.terms.transferGb);
      expect(currentAttempt(ended)?.state).toBe('gone');
    }),
  );
});

/** A heartbeat with these counters and nothing else. */
const counters = (rxBytes: number, txBytes: number): Telemetry =>
  Telemetry.parse({
    ...{ gpus: [], processes: null, networkKbps: null, uptimeSeconds: null, jobId: '' },
    ...{ rxBytes, txBytes },
  });

it('sums of bytes saturate below 2^50, and the lease can be written and ended', () => {
  // Each rise from 0 to the maximum adds what the link can carry in the time between.
  const counter = fc.oneof(fc.constantFrom(0, MAX), fc.maxSafeNat());
  const alternating = fc
    .integer({ min: 20, max: 100 })
    .map((length) =>
      Array.from({ length }, (_, nth): [number, number] => (nth % 2 === 0 ? [0, MAX] : [MAX, 0])),
    );
  const series = fc.oneof(alternating, fc.array(fc.tuple(counter, counter), { maxLength: 100 }));
  const link = fc.constantFrom(100, 10_000, 1_000_000);
  fc.assert(
    fc.property(series, link, fc.integer({ min: 1, max: 100 }), (reported, linkMbps, gap) => {
      const reports = reported.map(([rx, tx]) => counters(rx, tx));
      for (let count = 1; count <= reports.length; count += 1) {
        const { usage } = liveUsage(pulseAfter(reports.slice(0, count), linkMbps, hours(gap)));
        for (const bytes of usage.bytes ?? []) {
          expect(bytes).toBeGreaterThanOrEqual(0);
          expect(bytes).toBeLessThanOrEqual(policy.bytes.max);
        }
      }
      const pulse = pulseAfter(reports, linkMbps, hours(gap));
      const ended = settle(active, pulse);
      expect(Lease.parse(ended)).toEqual(ended);
    }),
    { numRuns: 25 },
  );
});
