// Numbers that are decisions. Those that only make sense together are checked against each other.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../../shared/core/base/money.ts';
import { deafLimit } from '../../../../../shared/core/base/policy/instance.ts';
import { launchBound } from '../../../../../shared/core/base/policy/lease.ts';
import { policy } from '../../../../../shared/core/base/policy/policy.ts';
import { hours, minutes } from '../../../../../shared/core/base/time.ts';
import { holdFor } from '../../../../../shared/core/lease/hold.ts';

const { lease, launch, teardown, heartbeat, menu } = policy;

describe('policy', () => {
  it('keeps every default within its bounds', () => {
    expect(lease.durationLeast).toBeLessThanOrEqual(lease.durationDefault);
    expect(lease.durationDefault).toBeLessThanOrEqual(lease.durationMost);
    expect(lease.silenceLeast).toBeLessThanOrEqual(lease.silenceDefault);
    expect(lease.silenceDefault).toBeLessThanOrEqual(lease.silenceMost);
    expect(lease.ceilingDefault).toBeLessThanOrEqual(lease.ceilingMost);
    expect(lease.diskGbDefault).toBeLessThanOrEqual(lease.diskGbMost);
  });

  it('lets a lease beat at least once within the shortest silence, and lose two of three', () => {
    expect(heartbeat.every).toBeLessThanOrEqual(lease.silenceLeast);
    expect(heartbeat.every * 3).toBeLessThanOrEqual(lease.silenceDefault);
  });

  it('gives a machine 30 min of hearing nothing, and always more than its silence limit', () => {
    expect(deafLimit(lease.silenceDefault)).toBe(minutes(30));
    expect(deafLimit(lease.silenceMost)).toBe(minutes(65));
  });

  it('lets a machine end itself only after its schedule had its turn', () => {
    expect(policy.node.grace).toBeGreaterThan(policy.deadline.grace);
  });

  it('calls create well within the time its function has', () => {
    expect(launch.createWithin).toBeLessThan(launch.functionTimeout);
  });

  it('has no more attempts than a tag can number', () => {
    expect(lease.attemptsMost).toBeLessThanOrEqual(99);
  });

  it('refreshes the menu several times before it counts as stale', () => {
    expect(menu.refreshEvery * 3).toBeLessThanOrEqual(menu.staleAfter);
  });

  it('gives a teardown longer than any lease before the sweep takes over', () => {
    expect(teardown.handOverAfter).toBeGreaterThan(lease.durationMost);
  });

  it('holds less than $10,000 for the dearest lease there can be', () => {
    const terms = { ceiling: lease.ceilingMost, duration: lease.durationMost };
    const transfer = { transferGb: 20, transferCeilingMicroUsdPerGb: microUsd(30_000) };
    const hold = holdFor({
      ...{ ...terms, ...transfer },
      spendCapMicroUsd: null,
      attemptLimit: hours(1),
    });
    expect(hold).toBeLessThan(10_000_000_000);
  });
});

describe('the launch bound', () => {
  it('is boot, teardown, launch and one stuck step, for every attempt', () => {
    // 3 x (15 + 10 + 3 + 5) minutes.
    expect(launchBound(minutes(15))).toBe(60 * 60_000);
  });
});
