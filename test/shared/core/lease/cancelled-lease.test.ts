// The lease of an interrupted request: ended before it started, its whole hold released.

import { describe, expect, it } from 'vitest';
import { cancelledLease } from '../../../../shared/core/lease/cancelled-lease.ts';
import { Lease } from '../../../../shared/core/lease/lease.ts';
import { totalsOf } from '../../../../shared/core/ledger/entry.ts';
import { aConsumer, aLeaseId, at } from '../../../support/builders/base.ts';
import { aRequestedLease } from '../../../support/builders/lease.ts';

describe('a cancelled lease', () => {
  const { hold } = aRequestedLease();
  const left = { leaseId: aLeaseId('q'), consumer: aConsumer, hold };
  const lease = cancelledLease(left, at('12:10'));

  it('is ended with the proof that nothing was created, and can be stored', () => {
    expect(lease).toMatchObject({ state: 'ended', reason: 'cancelled', chargedMicroUsd: 0 });
    expect(lease.proof).toEqual({ by: 'nothing-created' });
    expect(Lease.parse(lease)).toEqual(lease);
  });

  it('has no hold and no charge in the ledger', () => {
    expect(totalsOf(lease.outbox.entries)).toEqual({ held: 0, charged: 0, reserved: 0 });
    expect(lease.outbox.entries[0]).toMatchObject({ amountMicroUsd: hold.amountMicroUsd });
  });
});
