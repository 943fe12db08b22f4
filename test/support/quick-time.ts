// Preloaded into a child process, it scales that process's clock and pauses by 200, so that a
// command with a wait of half a minute can be tested unchanged.

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
