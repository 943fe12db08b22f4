// Which limits of an account can be replaced, and which leases have its holds.

import { describe, expect, it } from 'vitest';
import { heldLeases, planLimits } from '../../../../shared/core/ledger/account.ts';
import { aHold, anAccount } from '../../../support/builders/accounts.ts';
import { aLeaseId } from '../../../support/builders/base.ts';
import { someLimits } from '../../../support/builders/ledger.ts';

describe('a change of limits', () => {
  const account = anAccount({ limitsVersion: 4 });
  const limits = someLimits({ maxOpenLeases: 7 });

  it('replaces the version that was read', () => {
    expect(planLimits(account, { version: 4, limits })).toBe('replace');
  });

  it('is made when repeated, and stale after another change', () => {
    const made = anAccount({ limitsVersion: 5, limits });
    expect(planLimits(made, { version: 4, limits })).toBe('made');
    const other = someLimits({ maxOpenLeases: 8 });
    expect(planLimits(made, { version: 4, limits: other })).toBe('stale');
    expect(planLimits(made, { version: 3, limits })).toBe('stale');
    expect(planLimits(account, { version: 5, limits })).toBe('stale');
  });
});

describe('an account', () => {
  it('lists the leases that have its holds', () => {
    const holds = { [aLeaseId('a')]: aHold(), [aLeaseId('b')]: aHold() };
    expect(heldLeases(anAccount({ holds }))).toEqual([aLeaseId('a'), aLeaseId('b')]);
    expect(heldLeases(anAccount())).toEqual([]);
  });
});
