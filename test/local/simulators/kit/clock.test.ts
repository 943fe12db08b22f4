// The clock of a simulator follows the service's.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClock } from '../../../../local/simulators/kit/clock.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

it('a simulator continues at the scale of the service, and so do its timers', () => {
  const clock = createClock({ realStart: 1_000_000, simStart: 1_000_000, scale: 60 });
  const fired: number[] = [];
  clock.after(120_000, () => fired.push(clock.now()));
  vi.advanceTimersByTime(1_000);
  clock.follow(JSON.stringify({ realStart: 1_001_000, simStart: 1_060_000, scale: 1 }));
  vi.advanceTimersByTime(30_000);
  expect([clock.now(), fired]).toEqual([1_090_000, []]);
  clock.follow(JSON.stringify({ realStart: 1_031_000, simStart: 1_090_000, scale: 30 }));
  vi.advanceTimersByTime(1_000);
  expect(fired).toEqual([1_120_000]);
});
