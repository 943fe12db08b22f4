// Numbers that are decisions. Those that depend on each other are checked.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../../shared/core/base/money.ts';
import { noContactLimit } from '../../../../../shared/core/base/policy/instance.ts';
import { launchBound } from '../../../../../shared/core/base/policy/lease.ts';
import { policy } from '../../../../../shared/core/base/policy/policy.ts';
import { hours, minutes, seconds } from '../../../../../shared/core/base/time.ts';
import { holdFor } from '../../../../../shared/core/lease/hold.ts';

const { lease, launch, teardown, heartbeat, menu } = policy;

describe('policy', () => {
  it('keeps every default within its bounds', () => {
    expect(lease.minDuration).toBeLessThanOrEqual(lease.defaultDuration);
    expect(lease.defaultDuration).toBeLessThanOrEqual(lease.maxDuration);
    expect(lease.minSilence).toBeLessThanOrEqual(lease.defaultSilence);
    expect(lease.defaultSilence).toBeLessThanOrEqual(lease.maxSilence);
    expect(lease.defaultCeiling).toBeLessThanOrEqual(lease.maxCeiling);
    expect(lease.defaultDiskGb).toBeLessThanOrEqual(lease.maxDiskGb);
  });

  it('has a heartbeat within the shortest silence limit, even when two of three are lost', () => {
    expect(heartbeat.every).toBeLessThanOrEqual(lease.minSilence);
    expect(heartbeat.every * 3).toBeLessThanOrEqual(lease.defaultSilence);
  });

  it('gives an instance 30 min without a reply, and always more than its silence limit', () => {
    expect(noContactLimit(lease.defaultSilence)).toBe(minutes(30));
    expect(noContactLimit(lease.maxSilence)).toBe(minutes(65));
  });

  it('lets an instance destroy itself only after its schedule has fired', () => {
    expect(policy.node.grace).toBeGreaterThan(policy.deadline.grace);
  });

  it('calls create well within the time budget of its step', () => {
    expect(launch.createWithin).toBeLessThan(policy.stepBudget.launch);
  });

  it('gives every function more time than one AWS call with its retries', () => {
    const { maxAttempts, requestTimeout } = policy.aws;
    // The SDK's longest pauses, which follow throttling: 1 s, then 2 s.
    const longest = maxAttempts * requestTimeout + seconds(3);
    for (const timeout of Object.values(policy.functionTimeout)) {
      expect(timeout).toBeGreaterThan(longest);
    }
  });

  it('has no more attempts than a tag can number', () => {
    expect(lease.maxAttempts).toBeLessThanOrEqual(99);
  });

  it('refreshes the offers several times before they are stale', () => {
    expect(menu.refreshEvery * 3).toBeLessThanOrEqual(menu.staleAfter);
  });

  it('gives a teardown more time than any lease before the sweep continues it', () => {
    expect(teardown.handOverAfter).toBeGreaterThan(lease.maxDuration);
  });

  it('holds less than $10,000 for the most expensive lease', () => {
    const terms = { ceiling: lease.maxCeiling, duration: lease.maxDuration };
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
