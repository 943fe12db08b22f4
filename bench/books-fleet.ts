// Ten thousand ended leases of one account over thirty days. The same number always gives the same
// lease, so that two processes use equal leases.

import { brandId, ConsumerId } from '../shared/core/base/ids.ts';
import { type EpochMs, epochMs } from '../shared/core/base/time.ts';
import { endOfDay } from '../shared/core/billing/days.ts';
import { booksOf, byDay, type DayReport } from '../shared/core/billing/report.ts';
import type { LeaseIn } from '../shared/core/lease/lease.ts';
import type { LedgerEntry } from '../shared/core/ledger/entry.ts';
import { aLeaseId } from '../test/support/builders/base.ts';
import { anOffer } from '../test/support/builders/instance.ts';
import { anEndedLease } from '../test/support/builders/lease.ts';

export const LEASES = 10_000;
export const READER = brandId(ConsumerId, '123456789012/bench');
const DAYS = 30;
const DAY_MS = 24 * 3_600_000;
/** After the end of all leases. */
export const READ_AT = epochMs(Date.UTC(2026, 10, DAYS, 12));

const GPUS = ['RTX 4090', 'RTX 3090', 'A100 PCIE', 'H100 SXM', 'L40S'];

/** A lease made by the real moves; the others are copies with other ids and days. */
const sample = anEndedLease();

/** At 6:00 on one of the days, plus some milliseconds. */
const endOf = (number: number): EpochMs =>
  epochMs(Date.UTC(2026, 10, 1, 6) + (number % DAYS) * DAY_MS + number);

export type Settled = {
  readonly lease: LeaseIn<'ended'>;
  readonly entries: readonly LedgerEntry[];
};

/** The lease of that number with its applied entries. */
export function settledLease(number: number): Settled {
  const id = aLeaseId(`books${String(number).padStart(15, '0')}`);
  const endedAt = endOf(number);
  const moved = endedAt - sample.endedAt;
  const gpuName = GPUS[number % GPUS.length] ?? anOffer().gpuName;
  const entries = sample.outbox.entries.map((entry): LedgerEntry => {
    const at = epochMs(entry.at + moved);
    const charge = entry.charge && { ...entry.charge, gpuName };
    const own = { ...entry, leaseId: id, consumer: READER, at };
    return charge === undefined ? own : { ...own, charge };
  });
  const outbox = { events: [], entries: [] };
  return { lease: { ...sample, id, consumer: READER, endedAt, outbox }, entries };
}

/** The reports of the closed days, computed from the entries. */
export function closedDays(entries: readonly LedgerEntry[]): readonly DayReport[] {
  const sorted = entries.toSorted(
    (a, b) => a.at - b.at || a.leaseId.localeCompare(b.leaseId) || a.seq - b.seq,
  );
  return [...byDay(sorted)]
    .filter(([day]) => endOfDay(day) <= READ_AT)
    .map(([day, part]) => ({ consumer: READER, day, closedAt: READ_AT, ...booksOf(part) }));
}
