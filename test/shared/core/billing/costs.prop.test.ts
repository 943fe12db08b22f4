// Laws of cost reports: for any grouping, and any split into pages and days, the sums are the same.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microUsd, signedMicroUsd, sum } from '../../../../shared/core/base/money.ts';
import { epochMs, hours, Month } from '../../../../shared/core/base/time.ts';
import {
  addSums,
  type CostLine,
  GroupBy,
  groupCosts,
  includesRunning,
  linesOf,
  NOTHING,
  runningLines,
  runningOf,
} from '../../../../shared/core/billing/costs.ts';
import {
  addBooks,
  booksOf,
  byDay,
  EMPTY_BOOKS,
  linesOfDay,
} from '../../../../shared/core/billing/report.ts';
import type { Charge } from '../../../../shared/core/ledger/charge.ts';
import { type LedgerEntry, uncut } from '../../../../shared/core/ledger/entry.ts';
import { aConsumer, aLeaseId, at } from '../../../support/builders/base.ts';
import { anActiveLease, anEndedLease } from '../../../support/builders/lease.ts';

const amount = fc.nat(5_000_000).map(microUsd);

const charge = fc
  .record({
    gpuName: fc.constantFrom('RTX 4090', 'H100'),
    jobId: fc.constantFrom('', 'train', 'eval'),
    gpuMicroUsd: amount,
    diskMicroUsd: amount,
    transferMicroUsd: amount,
    failedMicroUsd: amount,
  })
  .map(
    (some): Charge => ({
      ...{ attempt: 1, provider: 'vastai', gpuCount: 1, from: at('12:00'), until: at('12:30') },
      ...{ teardownMicroUsd: microUsd(0), idleMicroUsd: microUsd(3), ...some },
    }),
  );

type Settled = { readonly hour: number; readonly charges: readonly Charge[]; correction: number };

/**
 * The entries of one lease: its settlement at one instant, and perhaps a true-up two hours later.
 */
function entriesOf({ hour, charges, correction }: Settled, number: number): LedgerEntry[] {
  const leaseId = aLeaseId(`l${String(number).padStart(19, '0')}`);
  const when = epochMs(at('00:00') + hours(1) * hour);
  const month = Month.parse(number % 3 === 0 ? '2026-10' : '2026-11');
  const of = { leaseId, consumer: aConsumer, month, at: when };
  const settled = charges.map((each, place): LedgerEntry => {
    const { gpuMicroUsd, diskMicroUsd, transferMicroUsd } = each;
    const amountMicroUsd = sum(gpuMicroUsd, diskMicroUsd, transferMicroUsd);
    const attempt = { ...each, attempt: place + 1 };
    return { ...of, seq: place + 2, kind: 'charge', charge: attempt, amountMicroUsd };
  });
  const seq = charges.length + 2;
  const later = epochMs(when + hours(2));
  return [
    ...settled,
    { ...of, seq, kind: 'hold-released', amountMicroUsd: microUsd(77) },
    {
      ...{ ...of, at: later, seq: seq + 1, kind: 'true-up', provider: 'vastai' },
      amountMicroUsd: signedMicroUsd(correction),
    },
  ];
}

const ledger = fc
  .array(
    fc.record({
      hour: fc.nat(60),
      charges: fc.array(charge, { maxLength: 3 }),
      correction: fc.integer({ min: -1_000, max: 1_000 }),
    }),
    { maxLength: 12 },
  )
  .map((leases) =>
    leases
      .flatMap(entriesOf)
      .toSorted((a, b) => a.at - b.at || a.leaseId.localeCompare(b.leaseId) || a.seq - b.seq),
  );

const totalOf = (lines: readonly CostLine[]) => groupCosts(lines, 'consumer').total;

describe('groups of costs', () => {
  it('include the provider of a true-up, which has no instance', () => {
    const entries = entriesOf({ hour: 1, charges: [], correction: -7 }, 1);
    const { groups } = groupCosts(linesOf(entries), 'provider');
    expect(groups).toMatchObject([{ key: 'vastai', correctedMicroUsd: -7, leases: 0 }]);
  });

  it('add up to one total for every grouping', () => {
    fc.assert(
      fc.property(ledger, (entries) => {
        const lines = linesOf(entries);
        const charged = entries.filter(({ kind }) => kind === 'charge');
        for (const groupBy of GroupBy.options) {
          const { groups, total } = groupCosts(lines, groupBy);
          const { runningMicroUsd: _none, ...sums } = total;
          expect(groups.reduce(addSums, NOTHING)).toEqual(sums);
          expect(total.chargedMicroUsd).toBe(sum(...charged.map((each) => each.amountMicroUsd)));
          expect(total.leases).toBe(new Set(charged.map(({ leaseId }) => leaseId)).size);
        }
      }),
    );
  });

  it('are the same from pages as from the whole, and no page splits a settlement', () => {
    fc.assert(
      fc.property(ledger, fc.integer({ min: 6, max: 9 }), (entries, size) => {
        const lines: CostLine[] = [];
        for (let from = 0; from < entries.length; ) {
          const page = entries.slice(from, from + size);
          const whole = uncut(page, page.length === size);
          lines.push(...linesOf(whole));
          from += whole.length;
        }
        expect(totalOf(lines)).toEqual(totalOf(linesOf(entries)));
      }),
    );
  });

  it('are the same from closed days as from their entries', () => {
    fc.assert(
      fc.property(ledger, (entries) => {
        const lines = [...byDay(entries)].flatMap(([day, part]) => {
          const half = part.findIndex(({ kind }) => kind === 'hold-released') + 1;
          const books = addBooks(booksOf(part.slice(0, half)), booksOf(part.slice(half)));
          expect(books).toEqual(addBooks(EMPTY_BOOKS, booksOf(part)));
          const report = { consumer: aConsumer, day, closedAt: at('12:00'), ...books };
          return linesOfDay(report);
        });
        for (const groupBy of ['consumer', 'provider', 'gpu', 'day', 'month'] as const) {
          expect(groupCosts(lines, groupBy)).toEqual(groupCosts(linesOf(entries), groupBy));
        }
      }),
    );
  });
});

describe('a running instance', () => {
  const lease = anActiveLease();
  const now = at('12:34');
  const running = runningOf(lease, null, now);

  it('counts in a span that includes now', () => {
    const span = { from: at('12:00'), to: at('13:00') };
    expect(includesRunning(span, at('12:00'))).toBe(true);
    expect(includesRunning(span, at('13:00'))).toBe(false);
    expect(includesRunning(span, at('11:59'))).toBe(false);
  });

  it('is a line at now, until its charge is entered', () => {
    expect(runningLines(running, [], now)).toMatchObject([
      { at: now, leaseId: lease.id, gpuName: 'RTX 4090', sums: NOTHING },
    ]);
    const { entries } = anEndedLease().outbox;
    expect(runningLines(running, entries, now)).toEqual([]);
    const others = entries.map((entry) => ({ ...entry, leaseId: aLeaseId('z') }));
    expect(runningLines(running, others, now)).toHaveLength(1);
  });
});
