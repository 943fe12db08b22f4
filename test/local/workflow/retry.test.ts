// Which errors a name in ErrorEquals handles, and how long a retry waits.

import { describe, expect, it } from 'vitest';
import { retryFor, takes } from '../../../local/workflow/retry.ts';

const half = () => 0.5;
const failure = { error: 'RateLimited', cause: '' };

describe('a name in ErrorEquals', () => {
  it.each([
    ['RateLimited', 'RateLimited', true],
    ['RateLimited', 'StoreDown', false],
    ['States.ALL', 'StoreDown', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.Runtime', 'States.Runtime', false],
    ['States.TaskFailed', 'StoreDown', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.HeartbeatTimeout', true],
    ['States.Timeout', 'States.Timeout', true],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.HeartbeatTimeout', true],
    ['States.HeartbeatTimeout', 'States.Timeout', false],
  ])('%s handles %s: %s', (name, error, taken) => {
    expect(takes(['Other', name], error)).toBe(taken);
  });
});

describe('a retrier', () => {
  const delays = (retrier: object, count: number, random = half) =>
    Array.from({ length: count }, (_, used) => {
      const retriers = [{ ErrorEquals: ['States.ALL'], ...retrier }];
      return retryFor(failure, retriers, { used: [used], random })?.delayMs;
    });

  it('retries three times by default, twice as long each time', () => {
    expect(delays({}, 4)).toEqual([1000, 2000, 4000, undefined]);
  });

  it('never waits longer than MaxDelaySeconds', () => {
    const retrier = { IntervalSeconds: 10, BackoffRate: 1.5, MaxDelaySeconds: 20, MaxAttempts: 9 };
    expect(delays(retrier, 4)).toEqual([10_000, 15_000, 20_000, 20_000]);
  });

  it('waits for a random part of its delay with full jitter', () => {
    const retrier = { IntervalSeconds: 8, JitterStrategy: 'FULL' };
    expect(delays(retrier, 2, () => 0.25)).toEqual([2000, 4000]);
  });

  it('without attempts never retries', () => {
    expect(delays({ MaxAttempts: 0 }, 1)).toEqual([undefined]);
  });

  it('keeps its delay finite after thousands of retries', () => {
    const [delay] = delays({ MaxAttempts: 9999 }, 5000).slice(-1);
    expect(delay).toBe(99_999_999_000);
  });

  it('decides alone when it is the first to match, even with no attempts left', () => {
    const retriers = [
      { ErrorEquals: ['RateLimited'], MaxAttempts: 1 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
    ];
    expect(retryFor(failure, retriers, { used: [1, 0], random: half })).toBeUndefined();
  });

  it('counts its own retries only', () => {
    const retriers = [
      { ErrorEquals: ['StoreDown'], MaxAttempts: 1 },
      { ErrorEquals: ['States.ALL'], IntervalSeconds: 7 },
    ];
    expect(retryFor(failure, retriers, { used: [1], random: half })).toEqual({
      retrier: 1,
      delayMs: 7000,
    });
  });

  it('handles no error that it does not name', () => {
    const retriers = [{ ErrorEquals: ['StoreDown'] }];
    expect(retryFor(failure, retriers, { used: [], random: half })).toBeUndefined();
  });
});
