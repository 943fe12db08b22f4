// The only source of the present.

import type { EpochMs } from '../core/time.ts';

export type Clock = { now(): EpochMs };
