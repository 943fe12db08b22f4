// The scaled clock under fake timers, and the virtual clock.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createScaledClock, createVirtualClock } from '../../../local/workflow/clock.ts';

const DAY = 86_400_000;

describe('a scaled clock', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it('is the wall clock at scale 1', () => {
    const clock = createScaledClock(1);
    vi.advanceTimersByTime(250);
    expect(clock.now()).toBe(1_000_250);
  });

  it('runs faster than real time by its scale', () => {
    const clock = createScaledClock(60, { start: 5000 });
    vi.advanceTimersByTime(1000);
    expect(clock.now()).toBe(65_000);
  });

  it('fires a timer when its own time reaches the instant', () => {
    const clock = createScaledClock(60);
    const fired: number[] = [];
    clock.at(clock.now() + 60_000, () => fired.push(clock.now()));
    vi.advanceTimersByTime(999);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([1_060_000]);
  });

  it('continues from its time at another scale, and so do its timers', () => {
    const clock = createScaledClock(60);
    const fired: number[] = [];
    for (const minute of [2, 4]) {
      clock.at(1_000_000 + minute * 60_000, () => fired.push(clock.now()));
    }
    vi.advanceTimersByTime(1_000);
    expect(clock.setScale(1)).toMatchObject({ simStart: 1_060_000, scale: 1 });
    vi.advanceTimersByTime(59_999);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    clock.setScale(120);
    vi.advanceTimersByTime(1_000);
    expect(fired).toEqual([1_120_000, 1_240_000]);
  });

  it('holds a timer of 30 days, which Node alone would fire at once', () => {
    const clock = createScaledClock(1);
    const fired: number[] = [];
    clock.at(1_000_000 + 30 * DAY, () => fired.push(clock.now()));
    vi.advanceTimersByTime(30 * DAY - 1);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([1_000_000 + 30 * DAY]);
  });

  it('fires within a minute after the computer was asleep', () => {
    const clock = createScaledClock(1);
    const fired: number[] = [];
    clock.at(1_000_000 + DAY, () => fired.push(clock.now()));
    vi.setSystemTime(1_000_000 + DAY);
    vi.advanceTimersByTime(60_000);
    expect(fired).toEqual([1_000_000 + DAY + 60_000]);
  });

  it('fires a past timer at the next turn of the event loop', () => {
    const fired: string[] = [];
    createScaledClock(1).at(0, () => fired.push('past'));
    vi.advanceTimersByTime(1);
    expect(fired).toEqual(['past']);
  });

  it('never fires a cancelled timer', () => {
    const clock = createScaledClock(1);
    const fired: string[] = [];
    clock.at(1_000_500, () => fired.push('cancelled'))();
    vi.advanceTimersByTime(DAY);
    expect(fired).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the process alive unless unref is set', () => {
    vi.useRealTimers();
    const spy = vi.spyOn(globalThis, 'setTimeout');
    const cancels = [true, false].map((unref) =>
      createScaledClock(1, { unref }).at(Number.MAX_SAFE_INTEGER, () => undefined),
    );
    const holds = spy.mock.results.map(({ value }) => value.hasRef());
    for (const cancel of cancels) cancel();
    spy.mockRestore();
    expect(holds).toEqual([false, true]);
  });
});

describe('a virtual clock', () => {
  it('fires due timers in order of their instants, then in order of their setting', async () => {
    const clock = createVirtualClock(0);
    const fired: string[] = [];
    for (const [at, name] of [
      [20, 'c'],
      [10, 'a'],
      [10, 'b'],
      [31, 'd'],
    ] as const) {
      clock.at(at, () => fired.push(`${name} at ${clock.now()}`));
    }
    await clock.advanceTo(30);
    expect(fired).toEqual(['a at 10', 'b at 10', 'c at 20']);
    expect(clock.now()).toBe(30);
    expect(clock.pending()).toEqual([31]);
  });

  it('fires timers that another timer sets on the way', async () => {
    const clock = createVirtualClock(0);
    const fired: number[] = [];
    clock.at(10, () => {
      void Promise.resolve().then(() => clock.at(15, () => fired.push(clock.now())));
    });
    await clock.advanceTo(20);
    expect(fired).toEqual([15]);
  });

  it('waits for the settle function of its caller', async () => {
    const order: string[] = [];
    const clock = createVirtualClock(0, async () => void order.push('settled'));
    clock.at(5, () => order.push('fired'));
    await clock.advanceTo(5);
    expect(order).toEqual(['settled', 'fired', 'settled']);
  });

  it('moves to the next timer, however far, until there is none', () => {
    const clock = createVirtualClock(0);
    clock.at(400 * DAY, () => undefined);
    expect(clock.next()).toBe(true);
    expect(clock.now()).toBe(400 * DAY);
    expect(clock.next()).toBe(false);
  });

  it('never moves back, not even for a past timer', () => {
    const clock = createVirtualClock(100);
    clock.at(50, () => undefined);
    clock.next();
    expect(clock.now()).toBe(100);
  });

  it('never fires a cancelled timer', () => {
    const clock = createVirtualClock(0);
    clock.at(10, () => undefined)();
    expect(clock.pending()).toEqual([]);
  });
});
