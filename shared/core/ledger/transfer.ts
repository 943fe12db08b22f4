// The cost of the bytes that an instance reports. They are believed only as far as its link could
// have carried them, and charged only up to the transfer allowance of its lease: what exceeds it is
// charged when the provider's own charges show it.

import { costOfBytes, lesser, type MicroUsd, microUsd, sum } from '../base/money.ts';
import { policy } from '../base/policy/policy.ts';
import { between, type EpochMs, times } from '../base/time.ts';
import type { Attempt } from '../instance/attempt.ts';
import { maxBytes, type Usage } from '../instance/usage.ts';

export const BYTES_PER_GB = 1_000_000_000;

/** An attempt that has or had an instance. */
export type RentedAttempt = Extract<Attempt, { createdAt: EpochMs }>;

export type Transfer = {
  /** Believed bytes, in both directions. */
  readonly bytes: number;
  /** What they cost. */
  readonly cost: MicroUsd;
};

/**
 * Whether bytes are missing at `until`: the instance ran and never reported any, or has not done so
 * for some heartbeats.
 */
export function isUnreported(
  { runningAt }: RentedAttempt,
  usage: Usage | null,
  until: EpochMs,
): boolean {
  if (runningAt === null) return false;
  const at = usage === null || usage.bytes === null ? null : usage.bytesAt;
  const patience = times(policy.heartbeat.every, policy.bytes.missedHeartbeats);
  return at === null || between(at, until) > patience;
}

/** What a gigabyte costs at most, in the more expensive direction. */
export const gbPriceOf = ({ offer }: RentedAttempt): MicroUsd =>
  microUsd(Math.max(offer.uploadMicroUsdPerGb, offer.downloadMicroUsdPerGb));

/** The bytes that the instance reported until `until`, as far as its link could carry them. */
export function transferOf(
  { offer, createdAt }: RentedAttempt,
  usage: Usage | null,
  until: EpochMs,
): Transfer {
  const most = maxBytes(offer.linkMbps, between(createdAt, until));
  const [received, sent] = (usage?.bytes ?? [0, 0]).map((count) => Math.min(count, most));
  const { downloadMicroUsdPerGb: down, uploadMicroUsdPerGb: up } = offer;
  const costs = [costOfBytes(down, received ?? 0), costOfBytes(up, sent ?? 0)];
  return { bytes: (received ?? 0) + (sent ?? 0), cost: sum(...costs) };
}

/** The part of the cost that is charged when `allowedBytes` are left of the allowance. */
export const chargedTransfer = (
  instance: RentedAttempt,
  { cost }: Transfer,
  allowedBytes: number,
): MicroUsd => lesser(cost, costOfBytes(gbPriceOf(instance), allowedBytes));
