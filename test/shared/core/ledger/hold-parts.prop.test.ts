// The months of a hold: whatever raises and charges come, its parts add up, each month keeps what
// it held, and the pieces of a charge are that charge.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdOf, holdText } from '../../../../shared/adapters/dynamodb/ledger/hold-text.ts';
import { microUsd, sum } from '../../../../shared/core/base/money.ts';
import { epochMs, Month } from '../../../../shared/core/base/time.ts';
import type { Hold } from '../../../../shared/core/ledger/account.ts';
import { amountOfCharge, type Charge } from '../../../../shared/core/ledger/charge.ts';
import { cutByMonth, joinPieces } from '../../../../shared/core/ledger/charge-months.ts';
import {
  amountIn,
  byMonth,
  loweredTo,
  partsOf,
  raisedTo,
  risesOf,
} from '../../../../shared/core/ledger/hold-parts.ts';
import { aHold } from '../../../support/builders/accounts.ts';

const MONTHS = ['2026-11', '2026-12', '2027-01', '2027-02'].map((month) => Month.parse(month));
const month = fc.constantFrom(...MONTHS);
const amount = fc.nat(1_000_000).map(microUsd);

/** A hold after raises in months that never go back. */
const holds = fc.array(fc.tuple(fc.nat(1), amount), { maxLength: 8 }).map((raises) => {
  let at = 0;
  return raises.reduce<Hold>((hold, [further, more]) => {
    at = Math.min(at + further, MONTHS.length - 1);
    return raisedTo(hold, sum(hold.amountMicroUsd, more), MONTHS[at] ?? hold.month);
  }, aHold());
});
const total = (parts: readonly { readonly amountMicroUsd: number }[]): number =>
  parts.reduce((all, part) => all + part.amountMicroUsd, 0);

describe('the parts of a hold', () => {
  it('are at most three and add up to it, also as text', () => {
    fc.assert(
      fc.property(holds, (hold) => {
        expect(partsOf(hold).length).toBeLessThanOrEqual(3);
        expect(total(partsOf(hold))).toBe(hold.amountMicroUsd);
        expect(holdOf(holdText(hold))).toEqual(hold);
      }),
    );
  });

  it('keep earlier months when a raise counts in a later one', () => {
    fc.assert(
      fc.property(holds, amount, month, (hold, more, present) => {
        const raised = raisedTo(hold, sum(hold.amountMicroUsd, more), present);
        const rises = risesOf(hold, raised);
        expect(total(rises)).toBe(more);
        for (const { month: at, amountMicroUsd } of partsOf(hold)) {
          expect(amountIn(raised, at)).toBeGreaterThanOrEqual(amountMicroUsd);
        }
      }),
    );
  });

  it('fall from the newest on, and the raise of a month that was undone leaves no trace', () => {
    fc.assert(
      fc.property(holds, amount, month, (hold, more, present) => {
        const raised = raisedTo(hold, sum(hold.amountMicroUsd, more), present);
        expect(loweredTo(raised, hold.amountMicroUsd)).toEqual(
          loweredTo(hold, hold.amountMicroUsd),
        );
      }),
    );
  });

  it('take a charge from the oldest on; only the excess counts in the present month', () => {
    fc.assert(
      fc.property(holds, amount, month, (hold, charged, present) => {
        const parts = byMonth(hold, charged, present);
        expect(total(parts)).toBe(charged);
        let before = 0;
        for (const part of partsOf(hold)) {
          const here = parts.find((each) => each.month === part.month)?.amountMicroUsd ?? 0;
          const full = Math.min(part.amountMicroUsd, Math.max(0, charged - before));
          expect(here).toBeGreaterThanOrEqual(full);
          before += part.amountMicroUsd;
        }
      }),
    );
  });
});

const charges = fc
  .array(fc.record({ gpu: amount, disk: amount, transfer: amount, idle: fc.nat(100) }), {
    maxLength: 3,
  })
  .map((lives) =>
    lives.map(({ gpu, disk, transfer, idle }, index): Charge => {
      const time = sum(gpu, disk);
      const idleMicroUsd = microUsd(Math.floor((time * idle) / 200));
      const teardownMicroUsd = microUsd(Math.floor((time * idle) / 300));
      return {
        ...{ attempt: index + 1, provider: 'vastai', gpuName: 'RTX 4090', gpuCount: 1, jobId: '' },
        ...{ from: epochMs(index * 1_000), until: epochMs(index * 1_000 + 900) },
        ...{ gpuMicroUsd: gpu, diskMicroUsd: disk, transferMicroUsd: transfer },
        ...{ failedMicroUsd: microUsd(0), idleMicroUsd, teardownMicroUsd },
      };
    }),
  );

it('charges are cut where a month is full, and their pieces are the charges again', () => {
  fc.assert(
    fc.property(holds, charges, month, (hold, all, present) => {
      const charged = sum(...all.map(amountOfCharge));
      const parts = byMonth(hold, charged, present);
      const pieces = cutByMonth(all, parts, hold.month);
      expect(joinPieces(pieces.map(({ charge }) => charge))).toEqual(all);
      for (const { month: at, amountMicroUsd } of parts) {
        const here = pieces.filter((piece) => piece.month === at);
        expect(sum(...here.map(({ charge }) => amountOfCharge(charge)))).toBe(amountMicroUsd);
      }
    }),
  );
});
