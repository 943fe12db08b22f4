// What instances used besides time, from their pulses.

import { describe, expect, it } from 'vitest';
import { minutes } from '../../../../shared/core/base/time.ts';
import { carriedBytes, liveUsage } from '../../../../shared/core/instance/usage.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';

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
    const pulse = aPulse({ bytes: [...now], bytesBefore: past === null ? null : [...past] });
    expect(carriedBytes(pulse)).toEqual(carried);
  });
  it('are carried over in addition to earlier ones', () => {
    const pulse = aPulse({ bytes: [1, 1], bytesBefore: [9, 9], bytesCarried: [100, 100] });
    expect(carriedBytes(pulse)).toEqual([109, 109]);
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
