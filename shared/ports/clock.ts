// The only source of the current time.

import type { EpochMs } from '../core/base/time.ts';

export type Clock = {
  now(): EpochMs;
  /** Real time, where `now()` runs faster: for limits of what takes real time. */
  realNow?(): EpochMs;
};
