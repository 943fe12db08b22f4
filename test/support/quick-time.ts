// Preloaded into a child process, it makes that process's time pass 200 times as fast, so that a
// command which waits half a minute is tested as it is. Only pauses and the clock are changed.

import { createRequire, syncBuiltinESMExports } from 'node:module';

const SCALE = 200;

type Pause = (ms: number, value?: unknown, options?: object) => Promise<unknown>;
const timers: { setTimeout: Pause } = createRequire(import.meta.url)('node:timers/promises');

const realPause = timers.setTimeout;
timers.setTimeout = (ms, value, options) => realPause(ms / SCALE, value, options);
syncBuiltinESMExports();

const realNow = Date.now;
const origin = realNow();
Date.now = () => Math.floor(origin + (realNow() - origin) * SCALE);
