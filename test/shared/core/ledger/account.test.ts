// Which limits of an account may be replaced, and which leases hold its money.

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

  it('that was made already is found made, and another by then is stale', () => {
    const made = anAccount({ limitsVersion: 5, limits });
    expect(planLimits(made, { version: 4, limits })).toBe('made');
    const other = someLimits({ maxOpenLeases: 8 });
    expect(planLimits(made, { version: 4, limits: other })).toBe('stale');
    expect(planLimits(made, { version: 3, limits })).toBe('stale');
    expect(planLimits(account, { version: 5, limits })).toBe('stale');
  });
});

describe('an account', () => {
  it('names the leases that hold its money', () => {
    const holds = { [aLeaseId('a')]: aHold(), [aLeaseId('b')]: aHold() };
    expect(heldLeases(anAccount({ holds }))).toEqual([aLeaseId('a'), aLeaseId('b')]);
    expect(heldLeases(anAccount())).toEqual([]);
  });
});
