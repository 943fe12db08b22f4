// The only source of the present.

import type { EpochMs } from '../core/base/time.ts';

export type Clock = { now(): EpochMs };
