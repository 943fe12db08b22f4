// Exports of the ledger: FOCUS rows that follow the format's rules and sum up to the ledger, and
// comma-separated values without formulas.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPORTS } from '../../../clients/cli/book-format.ts';
import { csvLine, decimalUsd } from '../../../clients/client/csv.ts';
import { FOCUS_COLUMNS, type FocusRow, focusRow } from '../../../clients/client/focus.ts';
import type { LedgerEntry } from '../../../clients/client/replies.ts';
import { createHmacSigner } from '../../../shared/adapters/hmac-signer.ts';
import { createCursors } from '../../../shared/api/cursor.ts';
import { ledgerView } from '../../../shared/api/views/ledger.ts';
import { brandId, ConsumerId } from '../../../shared/core/base/ids.ts';
import { signedMicroUsd } from '../../../shared/core/base/money.ts';
import type { LedgerEntry as Entry } from '../../../shared/core/ledger/entry.ts';
import { anEndedLease } from '../../support/builders/lease.ts';
import { faultsOf, type Row, RULES } from './focus-rules.ts';

const cursors = createCursors(
  { route: 'readLedger', consumer: brandId(ConsumerId, '123456789012/trainer') },
  createHmacSigner({ current: 'c5'.repeat(32) }),
);
const shown = (entries: readonly Entry[]): readonly LedgerEntry[] =>
  ledgerView({ entries, unreadable: [], next: null }, cursors).entries;

const ended = anEndedLease();
const [placed] = ended.outbox.entries;
if (placed === undefined) throw new Error('a lease starts with its hold');
const trueUp: Entry = {
  ...placed,
  seq: 9,
  kind: 'true-up',
  amountMicroUsd: signedMicroUsd(-1_250),
};
const ENTRIES = shown([...ended.outbox.entries, trueUp]);
const [charge] = ENTRIES.filter(({ kind }) => kind === 'charge');

const textsOf = (row: FocusRow): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [name, cell === null ? null : String(cell)]),
  );
const rows = ENTRIES.map(focusRow)
  .filter((row) => row !== null)
  .map(textsOf);

describe('a FOCUS export', () => {
  it('follows the rules of its columns', () => {
    expect(rows).toHaveLength(2);
    expect(faultsOf(FOCUS_COLUMNS, rows)).toEqual([]);
    for (const row of rows) expect(new Set(Object.keys(row))).toEqual(new Set(FOCUS_COLUMNS));
  });

  it('has the billed account, the instance and the period of each charge', () => {
    expect(rows[0]).toMatchObject({
      BillingAccountId: '123456789012',
      BillingPeriodStart: '2026-11-01T00:00:00Z',
      BillingPeriodEnd: '2026-12-01T00:00:00Z',
      ChargePeriodStart: '2026-11-02T12:02:00Z',
      ChargePeriodEnd: '2026-11-02T12:31:00Z',
      ChargeClass: null,
      ProviderName: 'Vast.ai',
      PricingQuantity: '0.483333333',
      ResourceId: `${ended.id}-1`,
      SubAccountId: '123456789012/trainer',
      SubAccountName: 'trainer',
      x_GpuName: 'RTX 4090',
    });
    expect(rows[1]).toMatchObject({ ChargeClass: 'Correction', BilledCost: '-0.001250' });
  });

  it('sums up to the charges of the ledger', () => {
    const micros = rows.reduce((all, { BilledCost }) => all + Number(BilledCost) * 1_000_000, 0);
    expect(Math.round(micros)).toBe(ended.chargedMicroUsd - 1_250);
  });

  it('has no row for an entry that is no cost or an instance that lasted no time', () => {
    const kinds = ENTRIES.filter((entry) => focusRow(entry) === null).map(({ kind }) => kind);
    expect(kinds).toEqual(['hold-placed', 'hold-released']);
    if (charge?.charge == null) throw new Error('the lease was charged');
    const none = { ...charge, charge: { ...charge.charge, until: charge.charge.from } };
    expect(focusRow(none)).toBeNull();
  });

  it.each([
    ['BilledCost is null', { BilledCost: null }],
    ['ChargeCategory is Rent', { ChargeCategory: 'Rent' }],
    ['ListCost is no decimal: $1', { ListCost: '$1' }],
    ['ChargePeriodEnd is no instant: 2026-11-02', { ChargePeriodEnd: '2026-11-02' }],
    ['a rule is broken: a price has a unit', { PricingUnit: null }],
    ['a rule is broken: usage that is no correction has quantities', { ConsumedQuantity: '0' }],
    ['a rule is broken: a resource has a type', { ResourceType: null }],
    ['Tags is no key-value: []', { Tags: '[]' }],
  ])('is invalid when %s', (fault, change) => {
    const [row] = rows;
    expect(faultsOf(FOCUS_COLUMNS, [{ ...row, ...change } as Row])).toContain(fault);
  });

  it('is invalid without a mandatory column, or with an unknown one', () => {
    const [first, ...others] = FOCUS_COLUMNS;
    expect(faultsOf(others, [])).toEqual([`${first} is missing`]);
    expect(faultsOf([...FOCUS_COLUMNS, 'Colour'], [])).toEqual(['Colour is no column']);
    expect(RULES[String(first)]).toBeDefined();
  });
});

/** Parses a record of RFC 4180. */
function readCsv(line: string): readonly string[] {
  const fields = `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g);
  return [...fields].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}

describe('comma-separated values', () => {
  it('are parsed back unchanged, except formulas, which are quoted', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (cells) => {
        const safe = cells.map((cell) =>
          /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell,
        );
        expect(readCsv(csvLine(cells))).toEqual(safe);
      }),
    );
  });

  it.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1', '=HYPERLINK("http://x","y")'])(
    'have no formula such as %j',
    (cell) => expect(readCsv(csvLine([cell]))).toEqual([`'${cell}`]),
  );

  it('keep numbers below zero as numbers', () => {
    expect(csvLine(['-0.001250', -5, null])).toBe('-0.001250,-5,');
  });

  it('have a header, a record for each entry, as many fields in each, and CR before LF', () => {
    const { header, lines } = EXPORTS.csv;
    const records = [...header, ...ENTRIES.flatMap(lines)];
    expect(records).toHaveLength(ENTRIES.length + 1);
    for (const record of records) {
      expect(record.endsWith('\r')).toBe(true);
      expect(readCsv(record.slice(0, -1))).toHaveLength(readCsv(String(header[0])).length);
    }
  });
});

describe('dollars', () => {
  it.each([
    [0, '0.000000'],
    [1, '0.000001'],
    [-1_250, '-0.001250'],
    [1_234_567_890, '1234.567890'],
  ])('of %i micro-dollars are %s', (micros, text) => expect(decimalUsd(micros)).toBe(text));
});
