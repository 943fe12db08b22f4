// How the records that a sweep reads are combined.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import {
  asSeen,
  hasPulse,
  heldElsewhere,
  holdsWithLeases,
  leasesOf,
  taggedLeases,
  viewOf,
} from '../../../../shared/core/sweep/survey.ts';
import { aHold, anAccount } from '../../../support/builders/accounts.ts';
import { aConsumer, aDeployment, aLeaseId, aSigner, at } from '../../../support/builders/base.ts';
import {
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';
import { anInstance } from '../../../support/builders/sightings.ts';

const reader = { deployment: aDeployment, signer: aSigner };

describe('a listed instance', () => {
  it('has its owner, its rate, and whether it has stopped', () => {
    expect(asSeen(anInstance(), reader)).toMatchObject({
      ...{ owner: { leaseId: aLeaseId(), attempt: 1 }, halted: null, rate: 404_000 },
    });
    const stopped = anInstance({ label: null, status: 'stopped', statusText: 'out of credit' });
    expect(asSeen(stopped, reader)).toMatchObject({ owner: null, halted: 'out of credit' });
  });

  it('is found by its id, and its lease by its tag', () => {
    const seen = [anInstance(), anInstance({ label: 'theirs' })].map((each) =>
      asSeen(each, reader),
    );
    const listed = { listedAt: at('12:10'), instances: seen };
    expect(taggedLeases(listed)).toEqual([aLeaseId()]);
    const view = viewOf(listed, seconds(30));
    expect(view).toMatchObject({ listedAt: at('12:10'), listLag: seconds(30) });
    expect(view.instances.get(anInstance().id)).toBe(seen[1]);
  });
});

describe('holds', () => {
  const [open, other] = [anActiveLease(), { ...anEndedLease(), id: aLeaseId('b') }];
  const accounts = [
    anAccount({
      holds: { [aLeaseId()]: aHold(), [aLeaseId('b')]: aHold(), [aLeaseId('c')]: aHold() },
    }),
  ];

  it('need the leases that are not open', () => {
    expect(heldElsewhere(accounts, [open])).toEqual([aLeaseId('b'), aLeaseId('c')]);
  });

  it('have their lease, or null', () => {
    const leases = new Map([open, other].map((lease) => [lease.id, lease]));
    const holds = holdsWithLeases(accounts, leases, new Set());
    expect(holds.map(({ leaseId, lease }) => [leaseId, lease])).toEqual([
      [aLeaseId(), open],
      [aLeaseId('b'), other],
      [aLeaseId('c'), null],
    ]);
    expect(holds[0]).toMatchObject({ consumer: aConsumer, hold: aHold() });
    expect([...leasesOf(holds).keys()]).toEqual([aLeaseId(), aLeaseId('b')]);
    const left = holdsWithLeases(accounts, leases, new Set([aLeaseId('c')]));
    expect(left.map(({ leaseId }) => leaseId)).toEqual([aLeaseId(), aLeaseId('b')]);
  });
});

describe('a pulse', () => {
  it('is expected for leases with an attempt that are not ended', () => {
    expect([aLaunchingLease(), anActiveLease()].every(hasPulse)).toBe(true);
    expect([aRequestedLease(), anEndedLease()].some(hasPulse)).toBe(false);
  });
});
