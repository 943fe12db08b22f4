// The charge of an instance, in parts: computed from the lease alone, while the instance runs and
// at settlement. The rates are those of the chosen offer.

import * as z from 'zod/mini';
import {
  cost,
  costOfBytes,
  costOfSpans,
  greater,
  MicroUsd,
  microUsd,
  rateOf,
  rest,
  restRate,
  sum,
} from '../base/money.ts';
import { ProviderName } from '../base/providers.ts';
import { between, EpochMs, earliest, latest } from '../base/time.ts';
import { type Attempt, isHolding } from '../instance/attempt.ts';
import { allInRate } from '../instance/offer.ts';
import { ratesBetween } from '../instance/rates.ts';
import type { LiveUsage, Usage } from '../instance/usage.ts';
import {
  BYTES_PER_GB,
  chargedTransfer,
  gbPriceOf,
  isUnreported,
  type RentedAttempt,
  transferOf,
} from './transfer.ts';

/** The parts of a charge. */
export const ChargeParts = z.object({
  gpuMicroUsd: MicroUsd,
  diskMicroUsd: MicroUsd,
  transferMicroUsd: MicroUsd,
  /**
   * Included in the parts above: the cost of an instance that was never ready, of teardown, and of
   * idle time.
   */
  failedMicroUsd: MicroUsd,
  teardownMicroUsd: MicroUsd,
  idleMicroUsd: MicroUsd,
});

/** The charge of one instance, from its creation to `until`. */
export const Charge = z.extend(ChargeParts, {
  attempt: z.int(),
  provider: ProviderName,
  gpuName: z.string(),
  gpuCount: z.int(),
  /** The consumer's name for its job; empty when none was given. */
  jobId: z.string(),
  from: EpochMs,
  until: EpochMs,
});
export type Charge = z.infer<typeof Charge>;

/** The facts of a lease that the computation needs. */
export type Bill = {
  readonly attempts: readonly Attempt[];
  readonly diskGb: number;
  /** Gigabytes of transfer that are charged as reported, without the provider's charges. */
  readonly transferGb: number;
  readonly jobId: string;
  /** When it started to end; null before. */
  readonly endingAt: EpochMs | null;
  /** The usage of the running instance; the attempt has the usage of a destroyed one. */
  readonly live?: LiveUsage | null;
};

const isRented = (attempt: Attempt): attempt is RentedAttempt =>
  isHolding(attempt) || attempt.state === 'gone';

/**
 * The disk is charged from creation, the GPU from the first time seen running. A provider reports
 * one rate for both: what exceeds the disk's is the GPU's.
 */
function amounts(instance: RentedAttempt, diskGb: number, until: EpochMs) {
  const { offer, createdAt, runningAt } = instance;
  const disk = rateOf(offer.diskMicroUsdPerGbHour, diskGb);
  const ran = { from: runningAt ?? until, until };
  const spans = ratesBetween(instance, allInRate(offer, diskGb), ran);
  return {
    gpuMicroUsd: costOfSpans(
      spans.map(({ rate, length }) => ({ rate: restRate(rate, disk), length })),
    ),
    diskMicroUsd: cost(disk, between(earliest(createdAt, until), until)),
  };
}

/** When its charge stops; null while it continues. */
const stoppedAt = (instance: RentedAttempt): EpochMs | null =>
  instance.state === 'created' ? null : (instance.chargedUntil ?? instance.destroyAcceptedAt);

function usageOf(instance: RentedAttempt, { live }: Bill): Usage | null {
  const frozen = instance.state === 'created' ? null : instance.usage;
  return frozen ?? (live?.attempt === instance.number ? live.usage : null);
}

type Billed = {
  readonly instance: RentedAttempt;
  readonly until: EpochMs;
  readonly usage: Usage | null;
  readonly transferMicroUsd: MicroUsd;
};

function chargeOfInstance(
  { instance, until, usage, transferMicroUsd }: Billed,
  bill: Bill,
): Charge {
  const { gpuMicroUsd, diskMicroUsd } = amounts(instance, bill.diskGb, until);
  const all = sum(gpuMicroUsd, diskMicroUsd, transferMicroUsd);
  const failed = instance.state !== 'created' && instance.reason !== 'lease-ended';
  const upTo = (end: EpochMs): MicroUsd => {
    const { gpuMicroUsd: gpu, diskMicroUsd: disk } = amounts(instance, bill.diskGb, end);
    return sum(gpu, disk);
  };
  const end = earliest(bill.endingAt ?? until, until);
  const teardown = rest(upTo(until), upTo(end));
  const idleSince = usage?.idleSince ?? null;
  const idle = idleSince === null ? sum() : rest(upTo(end), upTo(earliest(idleSince, end)));
  const { number: attempt, offer, createdAt: from } = instance;
  const { provider, gpuName, gpuCount } = offer;
  return {
    ...{ attempt, provider, gpuName, gpuCount, jobId: bill.jobId, from },
    until: latest(from, until),
    ...{ gpuMicroUsd, diskMicroUsd, transferMicroUsd },
    failedMicroUsd: failed ? all : sum(),
    teardownMicroUsd: failed ? sum() : teardown,
    idleMicroUsd: failed ? sum() : idle,
  };
}

/** What each instance used until its charge stopped, or until `now`. */
const usedBy = (bill: Bill, now: EpochMs) =>
  bill.attempts.filter(isRented).map((instance) => {
    const until = stoppedAt(instance) ?? now;
    const usage = usageOf(instance, bill);
    return { instance, until, usage, transfer: transferOf(instance, usage, until) };
  });

/**
 * What the provider has charged for it beyond time and disk: transfer, and a rate between two
 * readings.
 */
function shownBeyondTime(instance: RentedAttempt, diskGb: number): MicroUsd {
  const { shown } = instance;
  if (shown === null) return microUsd(0);
  const { gpuMicroUsd, diskMicroUsd } = amounts(instance, diskGb, shown.at);
  return rest(shown.amount, sum(gpuMicroUsd, diskMicroUsd));
}

/** The charge of each instance, when all of them together may transfer `allowedBytes`. */
function chargesWithin(bill: Bill, allowedBytes: number, now: EpochMs): readonly Charge[] {
  let left = allowedBytes;
  return usedBy(bill, now).map(({ transfer, ...used }) => {
    const transferMicroUsd = greater(
      chargedTransfer(used.instance, transfer, left),
      shownBeyondTime(used.instance, bill.diskGb),
    );
    left = Math.max(0, left - transfer.bytes);
    return chargeOfInstance({ ...used, transferMicroUsd }, bill);
  });
}

/**
 * What transfer that instances do not report can still cost: the rest of the allowance, at the
 * highest price among these instances, less what the provider has shown. Nothing of it is charged.
 */
export function unreportedTransferOf(bill: Bill, now: EpochMs): MicroUsd {
  const used = usedBy(bill, now);
  const bytes = used.reduce((all, { transfer }) => all + transfer.bytes, 0);
  const prices = used
    .filter(({ instance, usage, until }) => isUnreported(instance, usage, until))
    .map(({ instance }) => gbPriceOf(instance));
  const left = Math.max(0, bill.transferGb * BYTES_PER_GB - bytes);
  const shown = used.map(({ instance }) => shownBeyondTime(instance, bill.diskGb));
  return rest(costOfBytes(microUsd(Math.max(0, ...prices)), left), sum(...shown));
}

/** The charge of each instance, until its destroy was accepted or until `now`. */
export const chargesOf = (bill: Bill, now: EpochMs): readonly Charge[] =>
  chargesWithin(bill, bill.transferGb * BYTES_PER_GB, now);

/**
 * The cost of all instances by everything that they report, also beyond the transfer allowance: it
 * may end a lease, and is not charged.
 */
export const reportedCostOf = (bill: Bill, now: EpochMs): MicroUsd =>
  totalOf(chargesWithin(bill, Number.MAX_SAFE_INTEGER, now));

/** The total charge of one instance. */
export const amountOfCharge = (charge: Charge): MicroUsd =>
  sum(charge.gpuMicroUsd, charge.diskMicroUsd, charge.transferMicroUsd);

/** The total charge of all instances of a lease. */
export const totalOf = (charges: readonly Charge[]): MicroUsd =>
  sum(...charges.map(amountOfCharge));
