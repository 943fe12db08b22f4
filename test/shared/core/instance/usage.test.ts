// What instances used besides time, from their pulses.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import { after as afterwards, minutes } from '../../../../shared/core/base/time.ts';
import { Pulse } from '../../../../shared/core/instance/pulse.ts';
import { carriedBytes, liveUsage, maxBytes } from '../../../../shared/core/instance/usage.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';

/** A pulse with two reports of bytes, a minute apart, over a link of 100 Mbit/s. */
const counting = (change: Partial<Pulse>): Pulse =>
  aPulse({
    ...{ startedAt: at('12:00'), linkMbps: 100 },
    ...{ bytesBeforeAt: at('12:04'), bytesAt: at('12:05') },
    ...change,
  });
/** Four times what the link carries in a minute. */
const MOST = 4 * 12_500_000 * 60;

describe('the bytes of an instance', () => {
  it('are the counted ones plus those carried over', () => {
    const pulse = aPulse({ bytes: [5, 7], bytesCarried: [100, 200] });
    expect(liveUsage(pulse)).toMatchObject({ attempt: 1, usage: { bytes: [105, 207] } });
  });
  it('are null, not 0, when none were reported', () => {
    expect(liveUsage(aPulse()).usage.bytes).toBeNull();
    expect(liveUsage(aPulse({ bytesCarried: [3, 4] })).usage.bytes).toEqual([3, 4]);
  });

  it.each([
    ['continue', [10, 10], [9, 10], null],
    ['were reset', [1, 2], [9, 10], [9, 10]],
    ['were reset for received bytes only', [1, 12], [9, 10], [9, 0]],
    ['were never reported before', [1, 2], null, null],
  ] as const)('are carried over when counters %s: %j after %j', (...[, now, past, carried]) => {
    const before = past === null ? null : ([...past] as [number, number]);
    const pulse = counting({ bytes: [...now], bytesBefore: before });
    expect(carriedBytes(pulse)).toEqual(carried);
  });
  it('are carried over in addition to earlier ones', () => {
    const pulse = counting({ bytes: [1, 1], bytesBefore: [9, 9], bytesCarried: [100, 100] });
    expect(carriedBytes(pulse)).toEqual([109, 109]);
  });
});

describe('bytes that the link cannot have carried', () => {
  const believed = (pulse: Pulse) =>
    liveUsage({ ...pulse, bytesCarried: carriedBytes(pulse) ?? pulse.bytesCarried }).usage.bytes;

  it('are believed up to four times its speed since the previous report', () => {
    expect(believed(counting({ bytes: [MOST, 7], bytesBefore: [0, 0] }))).toEqual([MOST, 7]);
    expect(believed(counting({ bytes: [4e15, 7], bytesBefore: [10, 0] }))).toEqual([MOST + 10, 7]);
  });
  it('are believed since the start of the attempt in the first report', () => {
    const first = counting({ bytes: [4e15, 0], bytesBeforeAt: null });
    expect(believed(first)).toEqual([5 * MOST, 0]);
  });
  it('are counted from the believed sum afterwards', () => {
    const lied = counting({ bytes: [4e15, 0], bytesBefore: [10, 0] });
    const bytesCarried = carriedBytes(lied);
    const next = counting({ bytes: [4e15 + 5, 0], bytesBefore: [4e15, 0], bytesCarried });
    expect(carriedBytes(next)).toBeNull();
    expect(liveUsage(next).usage.bytes).toEqual([MOST + 15, 0]);
  });

  it('keep every sum below 2^50, whatever an instance reports', () => {
    const count = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));
    const reports = fc.array(fc.tuple(count, count), { maxLength: 30 });
    const link = fc.constantFrom(null, 1, 100, policy.bytes.maxLinkMbps);
    fc.assert(
      fc.property(reports, link, (all, linkMbps) => {
        let pulse = aPulse({ startedAt: at('12:00'), linkMbps });
        let minute = 0;
        for (const bytes of all) {
          minute += 1;
          const { bytes: bytesBefore, bytesAt: bytesBeforeAt } = pulse;
          const bytesAt = afterwards(at('12:00'), minutes(minute));
          pulse = { ...pulse, bytes, bytesAt, bytesBefore, bytesBeforeAt };
          pulse = { ...pulse, bytesCarried: carriedBytes(pulse) ?? pulse.bytesCarried };
          const most = maxBytes(linkMbps, minutes(minute));
          for (const sum of liveUsage(Pulse.parse(pulse)).usage.bytes ?? []) {
            expect(sum).toBeLessThanOrEqual(Math.min(most, 2 ** 50 - 1));
            expect(sum).toBeGreaterThanOrEqual(0);
          }
        }
      }),
    );
  });
});

describe('idleness at the end', () => {
  const idle = { gpuPercentBelow: 5, networkKbpsBelow: null, app: false } as const;
  const pulse = aPulse({
    idle: { ...idle, window: minutes(10), action: 'end' },
    quiet: { since: at('12:10'), through: 20 },
    nodeHeartbeatAt: at('12:20'),
    nodeHeartbeatNumber: 20,
  });
  const since = (change: Partial<typeof pulse>) =>
    liveUsage({ ...pulse, ...change }).usage.idleSince;

  it('starts with the quiet that lasted the whole window to the last heartbeat', () => {
    expect(since({})).toBe(at('12:10'));
  });
  it('is null when the last heartbeat was busy, or the window is not full', () => {
    expect(since({ nodeHeartbeatNumber: 21 })).toBeNull();
    expect(since({ nodeHeartbeatAt: at('12:19') })).toBeNull();
    expect(since({ idle: null })).toBeNull();
  });
});
