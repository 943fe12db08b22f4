// A clock that is faster than the computer slows down while calls take too long in its time.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPace, type Pace } from '../../local/pace.ts';
import { createScaledClock, type Origin } from '../../local/workflow/clock.ts';

let pace: Pace;
beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => {
  pace.close();
  vi.useRealTimers();
});

function started(scale: number) {
  const clock = createScaledClock(scale);
  const origins: Origin[] = [];
  const messages: string[] = [];
  pace = createPace({
    ...{ clock, scale },
    onScale: (origin) => origins.push(origin),
    onChange: (message) => messages.push(message),
  });
  return { clock, origins, messages };
}

/** A call that takes this long in real time. */
const takes = (ms: number) => () => new Promise<void>((done) => void setTimeout(done, ms));

it('a call of ten real seconds takes less than a minute at 60 times real time', async () => {
  const { clock, messages } = started(60);
  const from = clock.now();
  const call = pace.work(takes(10_000));
  await vi.advanceTimersByTimeAsync(10_000);
  await call;
  expect(clock.now() - from).toBeLessThan(60_000);
  expect(messages).toEqual(['this computer is too slow for 60 times real time: time slows down']);
});

it('short calls slow nothing down', async () => {
  const { clock, origins } = started(60);
  const from = clock.now();
  for (let n = 0; n < 20; n += 1) {
    const call = pace.work(takes(400));
    await vi.advanceTimersByTimeAsync(400);
    await call;
  }
  expect(clock.now() - from).toBe(8_000 * 60);
  expect(origins).toEqual([]);
});

it('a call that waits for time slows nothing down', async () => {
  const { origins } = started(60);
  const call = pace.work(() => pace.rest(takes(10_000)));
  await vi.advanceTimersByTimeAsync(10_000);
  await call;
  expect(origins).toEqual([]);
});

it('time runs as fast as before when no call is late any more', async () => {
  const { clock, origins, messages } = started(60);
  const call = pace.work(takes(3_000));
  await vi.advanceTimersByTimeAsync(60_000);
  await call;
  expect(origins.at(-1)).toMatchObject({ scale: 60 });
  expect(messages.at(-1)).toBe('time runs at 60 times real time again');
  const from = clock.now();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(clock.now() - from).toBe(60_000);
});

it('real time never slows down', async () => {
  const { origins } = started(1);
  const call = pace.work(takes(120_000));
  await vi.advanceTimersByTimeAsync(120_000);
  await call;
  expect(origins).toEqual([]);
});
