// How the records that a sweep reads are combined.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import type { Instance } from '../../../../shared/core/instance/instance.ts';
import { readRows } from '../../../../shared/core/instance/sighting.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import {
  hasPulse,
  heldElsewhere,
  holdsWithLeases,
  leasesOf,
  seenInstances,
  taggedLeases,
  viewOf,
} from '../../../../shared/core/sweep/survey.ts';
import { aHold, anAccount } from '../../../support/builders/accounts.ts';
import { aConsumer, aDeployment, aLeaseId, aSigner, at } from '../../../support/builders/base.ts';
import { anAccountOf } from '../../../support/builders/instance.ts';
import {
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';
import { anInstance } from '../../../support/builders/sightings.ts';

const seenOf = (open: readonly Lease[], ...instances: readonly Instance[]) => {
  const rows = readRows(instances, { deployment: aDeployment, signer: aSigner });
  return seenInstances([{ under: 'key-one', rows }], open, aDeployment);
};
const accounts = [anAccountOf()];

describe('a listed instance', () => {
  it('has its owner, its rate, and whether it has stopped', () => {
    expect(seenOf([], anInstance())).toMatchObject([
      { owner: { leaseId: aLeaseId(), attempt: 1 }, halted: null, rate: 404_000 },
    ]);
    const stopped = anInstance({ label: null, status: 'stopped', statusText: 'out of credit' });
    expect(seenOf([], stopped)).toMatchObject([{ owner: null, halted: 'out of credit' }]);
  });

  it('is found by its id, and its lease by its tag', () => {
    const seen = seenOf([], anInstance(), anInstance({ label: 'theirs' }));
    const listed = { listedAt: at('12:10'), instances: seen, accounts, known: null };
    expect(taggedLeases(listed)).toEqual([aLeaseId()]);
    const view = viewOf(listed, seconds(30));
    expect(view).toMatchObject({ listedAt: at('12:10'), listLag: seconds(30) });
    expect(view.instances.get(anInstance().id)).toBe(seen[1]);
  });
});

describe('a listing', () => {
  const listed = { listedAt: at('12:10'), instances: [], known: null };
  const [attempt] = anActiveLease().attempts;

  it('is about the attempts of its account, and of no other', () => {
    if (attempt === undefined) throw new Error('an active lease has an attempt');
    const isAbout = (asked: ReturnType<typeof anAccountOf>) =>
      viewOf({ ...listed, accounts: [asked] }, seconds(30)).isAbout(attempt);
    expect(isAbout(anAccountOf({ key: 'key-two' }))).toBe(true);
    expect(isAbout(anAccountOf({ id: '654321' }))).toBe(false);
    expect(isAbout(anAccountOf({ id: null }))).toBe(true);
    expect(isAbout(anAccountOf({ key: 'key-two', id: null }))).toBe(false);
  });
});

describe('a listed instance of an open lease', () => {
  const renamed = anInstance({ label: 'renamed' });

  it('is ours by its birth when its label was rewritten', () => {
    expect(seenOf([anActiveLease()], renamed)).toMatchObject([{ owner: { attempt: 1 } }]);
    expect(seenOf([], renamed)).toMatchObject([{ owner: null, doubt: null }]);
  });

  it('is doubtful when nothing confirms it, and near a tag when it only looks like one', () => {
    const launching = aLaunchingLease();
    expect(seenOf([launching], renamed)).toMatchObject([{ owner: null, doubt: 'doubtful' }]);
    const near = anInstance({ label: `gs-${aDeployment}-something` });
    expect(seenOf([], near)).toMatchObject([{ owner: null, doubt: 'near-miss' }]);
  });

  it('is never acted on without a readable id', () => {
    const nameless = anInstance({ unreadable: ['id'] });
    expect(seenOf([anActiveLease()], nameless)).toMatchObject([{ owner: null, doubt: 'doubtful' }]);
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
