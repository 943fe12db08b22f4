// What a machine cost, by what it used and for what: reckoned from the lease alone, while it runs
// and when it is settled. The rates are those at which it was taken.

import * as z from 'zod/mini';
import { type Attempt, isHolding } from './attempt.ts';
import { ProviderName } from './ids.ts';
import { cost, MicroUsd, rateOf, rest, sum } from './money.ts';
import { between, EpochMs, earliest, latest } from './time.ts';

/** What one machine cost, from its creation to `until`. */
export const Charge = z.object({
  attempt: z.int(),
  provider: ProviderName,
  gpuName: z.string(),
  gpuCount: z.int(),
  /** The consumer's own name for its work; empty when it gave none. */
  jobId: z.string(),
  from: EpochMs,
  until: EpochMs,
  gpuMicroUsd: MicroUsd,
  diskMicroUsd: MicroUsd,
  transferMicroUsd: MicroUsd,
  /** Of all that: of a machine that never served, of teardown, and of idleness. */
  failedMicroUsd: MicroUsd,
  teardownMicroUsd: MicroUsd,
  idleMicroUsd: MicroUsd,
});
export type Charge = z.infer<typeof Charge>;

/** What a reckoning needs to know of a lease. */
export type Bill = {
  readonly attempts: readonly Attempt[];
  readonly diskGb: number;
  readonly jobId: string;
  /** When its end began; null while it is not over. */
  readonly endingAt: EpochMs | null;
};

type Machine = Extract<Attempt, { createdAt: EpochMs }>;

const isMachine = (attempt: Attempt): attempt is Machine =>
  isHolding(attempt) || attempt.state === 'gone';

/** The disk from creation, the GPU from when it was first known to run. */
function amounts({ offer, createdAt, runningAt }: Machine, diskGb: number, until: EpochMs) {
  const disk = rateOf(offer.diskMicroUsdPerGbHour, diskGb);
  const ranFrom = runningAt === null || runningAt > until ? null : runningAt;
  return {
    gpuMicroUsd: ranFrom === null ? sum() : cost(offer.gpuMicroUsdPerHour, between(ranFrom, until)),
    diskMicroUsd: cost(disk, between(earliest(createdAt, until), until)),
  };
}

function chargeOfMachine(machine: Machine, bill: Bill, now: EpochMs): Charge {
  const accepted = machine.state === 'created' ? null : machine.destroyAcceptedAt;
  const until = accepted ?? now;
  const { gpuMicroUsd, diskMicroUsd } = amounts(machine, bill.diskGb, until);
  const transferMicroUsd = sum();
  const all = sum(gpuMicroUsd, diskMicroUsd, transferMicroUsd);
  const failed = machine.state !== 'created' && machine.reason !== 'lease-ended';
  const beforeEnd = amounts(machine, bill.diskGb, earliest(bill.endingAt ?? until, until));
  const teardown = rest(
    sum(gpuMicroUsd, diskMicroUsd),
    sum(beforeEnd.gpuMicroUsd, beforeEnd.diskMicroUsd),
  );
  const { number: attempt, offer, createdAt: from } = machine;
  const { provider, gpuName, gpuCount } = offer;
  return {
    ...{ attempt, provider, gpuName, gpuCount, jobId: bill.jobId, from },
    until: latest(from, until),
    ...{ gpuMicroUsd, diskMicroUsd, transferMicroUsd },
    failedMicroUsd: failed ? all : sum(),
    teardownMicroUsd: failed ? sum() : teardown,
    idleMicroUsd: sum(),
  };
}

/** What each machine of a lease cost until its destroy was accepted, or until `now`. */
export function chargesOf(bill: Bill, now: EpochMs): readonly Charge[] {
  return bill.attempts.filter(isMachine).map((machine) => chargeOfMachine(machine, bill, now));
}

/** What one machine cost in all. */
export const amountOfCharge = (charge: Charge): MicroUsd =>
  sum(charge.gpuMicroUsd, charge.diskMicroUsd, charge.transferMicroUsd);

/** What all machines of a lease cost in all. */
export const totalOf = (charges: readonly Charge[]): MicroUsd =>
  sum(...charges.map(amountOfCharge));
