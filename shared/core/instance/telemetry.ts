// What an instance says of itself with each heartbeat. Null is what it can't say, and never 0. Only
// the latest is kept, in the pulse, so it must stay small however many GPUs there are.

import * as z from 'zod/mini';

/** Wide enough for any true reading: a heartbeat must not be lost over a strange one. */
const reading = z.nullable(z.number().check(z.gte(-1_000), z.lte(100_000_000)));
const count = z.nullable(z.int());

/** One GPU: percent busy, MB used, MB in all, degrees Celsius, watts. */
export const GpuReading = z.tuple([reading, reading, reading, reading, reading]);
export type GpuReading = z.infer<typeof GpuReading>;

export const Telemetry = z.object({
  gpus: z.array(GpuReading).check(z.maxLength(16)),
  processes: count,
  /** Since the instance was started, all interfaces but loopback. */
  rxBytes: count,
  txBytes: count,
  /** Both ways, since the heartbeat before. Below zero when counters were started again. */
  networkKbps: count,
  /** How long the agent has been running. */
  uptimeSeconds: count,
  /** The consumer's own name for its work; empty when it gave none. */
  jobId: z.string().check(z.maxLength(64)),
});
export type Telemetry = z.infer<typeof Telemetry>;
