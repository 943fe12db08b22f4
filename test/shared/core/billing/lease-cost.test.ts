// The charges of a lease's settlement, and their position in the ledger.

import { describe, expect, it } from 'vitest';
import { settledCharges, settlementOf } from '../../../../shared/core/billing/lease-cost.ts';
import { aLeaseId, at } from '../../../support/builders/base.ts';
import { anEndedLease } from '../../../support/builders/lease.ts';

const lease = anEndedLease();
const { entries } = lease.outbox;
const charges = entries.flatMap(({ charge }) => charge ?? []);
const applied = { ...lease, outbox: { events: [], entries: [] } };

describe('a settlement', () => {
  it('is found at the end of the lease, from its first entry on', () => {
    expect(settlementOf(lease)).toEqual({
      span: { from: at('12:34'), to: at('12:34') + 1 },
      after: { at: at('12:34'), leaseId: lease.id, seq: 0 },
    });
  });

  it('has the charges in the ledger or in the outbox, each once', () => {
    expect(charges).toHaveLength(1);
    expect(settledCharges(applied, entries)).toEqual(charges);
    expect(settledCharges(lease, [])).toEqual(charges);
    expect(settledCharges(lease, entries)).toEqual(charges);
  });

  it('has no charge of another lease that ended at the same instant', () => {
    const others = entries.map((entry) => ({ ...entry, leaseId: aLeaseId('b') }));
    expect(settledCharges(applied, others)).toEqual([]);
  });
});
