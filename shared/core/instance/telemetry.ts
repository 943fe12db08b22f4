// What an instance reports with each heartbeat. An unknown value is null, never 0. Only the latest
// is kept, in the pulse, so it must stay small for any number of GPUs.

import * as z from 'zod/mini';

/** Wide enough for any reading: a strange one must not make a heartbeat invalid. */
const reading = z.nullable(z.number().check(z.gte(-1_000), z.lte(100_000_000)));
const count = z.nullable(z.int());

/** One GPU: percent busy, MB used, MB in total, degrees Celsius, watts. */
export const GpuReading = z.tuple([reading, reading, reading, reading, reading]);
export type GpuReading = z.infer<typeof GpuReading>;

export const Telemetry = z.object({
  gpus: z.array(GpuReading).check(z.maxLength(16)),
  processes: count,
  /** Since the instance started, on all interfaces except loopback. */
  rxBytes: count,
  txBytes: count,
  /** In both directions, since the previous heartbeat. Below zero when counters were reset. */
  networkKbps: count,
  /** How long the agent has been running. */
  uptimeSeconds: count,
  /** The consumer's name for its job; empty when none was given. */
  jobId: z.string().check(z.maxLength(64)),
});
export type Telemetry = z.infer<typeof Telemetry>;
