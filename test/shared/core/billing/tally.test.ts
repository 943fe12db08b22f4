// The sums of entries, and whether they agree with their leases.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import {
  compareEntries,
  type Tallies,
  tallyEntries,
} from '../../../../shared/core/billing/tally.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import type { LedgerEntry } from '../../../../shared/core/ledger/entry.ts';
import { aConsumer, aLeaseId } from '../../../support/builders/base.ts';
import { anEndedLease } from '../../../support/builders/lease.ts';

const lease = anEndedLease();
const { entries } = lease.outbox;
const applied = { ...lease, outbox: { events: [], entries: [] } };

function whatsOf(entered: readonly LedgerEntry[], found: Lease | null, ids = [lease.id]) {
  const tallies: Tallies = new Map();
  tallyEntries(tallies, entered);
  const leases = new Map(found === null ? [] : [[found.id, found]]);
  return compareEntries(aConsumer, ids, { tallies, leases }).map(({ what }) => what);
}

describe('entries', () => {
  it('agree with their lease, applied or still in its outbox', () => {
    expect(whatsOf(entries, applied)).toEqual([]);
    expect(whatsOf([], lease)).toEqual([]);
    expect(whatsOf(entries.slice(0, 1), lease)).toEqual([]);
  });

  it.each<[string, readonly LedgerEntry[], readonly [Lease | null, string]]>([
    ['one too few', entries.slice(1), [applied, 'number of entries']],
    ['one twice for another', [...entries.slice(0, 1), ...entries.slice(0, -1)], [applied, 'sum']],
    [
      'a changed amount',
      entries.map((each) => ({ ...each, amountMicroUsd: microUsd(1) })),
      [applied, 'held'],
    ],
    ['another charge', entries, [{ ...applied, chargedMicroUsd: microUsd(1) }, 'charged']],
    ['no lease', entries, [null, 'leases of these entries']],
  ])('differ by %s', (_, entered, [found, what]) => {
    expect(whatsOf(entered, found)).toEqual([expect.stringContaining(what)]);
  });

  it('have no difference for a missing lease without entries', () => {
    expect(whatsOf([], null, [aLeaseId('z')])).toEqual([]);
  });
});
