// What a sweep finds about leases and holds: one finding for each, from timestamps and sightings.

import { describe, expect, it } from 'vitest';
import { after as afterwards, minutes, seconds } from '../../../../shared/core/base/time.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { addEvent } from '../../../../shared/core/lease/lease-moves.ts';
import { actionsOf } from '../../../../shared/core/sweep/actions.ts';
import type { SeenInstance } from '../../../../shared/core/sweep/instance-findings.ts';
import {
  executionOf,
  findHolds,
  findLeases,
  isSweptWith,
  type LeasesView,
  missingCrowd,
} from '../../../../shared/core/sweep/lease-findings.ts';
import {
  aConsumer,
  aDeployment,
  aLeaseId,
  anInstanceId,
  at,
} from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';

const nothing = { instances: [], leases: [], holds: [], accounts: [] };

const NOW = at('12:20');
const instance: SeenInstance = {
  ...{ id: anInstanceId(), halted: null, rate: null, ssh: [], doubt: null, under: 'key-one' },
  owner: { deployment: aDeployment, leaseId: aLeaseId(), attempt: 1 },
};

function view(open: readonly Lease[], change: Partial<LeasesView> = {}): LeasesView {
  const instances = new Map([[instance.id, instance]]);
  return {
    now: NOW,
    listing: { listedAt: NOW, listLag: seconds(30), instances, isAbout: () => true },
    open,
    pulses: new Map(),
    running: new Set(open.map(executionOf)),
    earlier: {},
    ...change,
  };
}

/** The lease after a commit: its outbox is applied, and its progress is not due. */
const settled = <L extends Lease>(lease: L): L => ({
  ...lease,
  outbox: { events: [], entries: [] },
  dueBy: at('15:00'),
});
const kindOf = (lease: Lease, change: Partial<LeasesView> = {}) =>
  findLeases(view([lease], change))[0]?.kind;
const empty = {
  ...{ listedAt: NOW, listLag: seconds(30), instances: new Map() },
  isAbout: () => true,
};

describe('an open lease', () => {
  const active = settled(anActiveLease());

  it('gets exactly one finding in every state', () => {
    const booting = aBootingLease();
    const states: readonly Lease[] = [
      aRequestedLease(),
      aLaunchingLease(),
      booting,
      anActiveLease(booting),
      anEndingLease(),
      anEndedLease(),
    ];
    const found = findLeases(view(states));
    expect(found.map(({ lease }) => lease)).toEqual(states);
  });

  it('is ok while its instance is listed and its execution runs', () => {
    expect(kindOf(active)).toBe('ok');
  });

  it('is overdue a minute after its deadline, before any other finding', () => {
    const late = { now: afterwards(active.deadline, minutes(1)), listing: empty };
    expect(kindOf(active, { ...late, running: new Set() })).toBe('overdue');
    expect(kindOf(active, { now: afterwards(active.deadline, seconds(59)) })).not.toBe('overdue');
    expect(actionsOf({ ...nothing, leases: findLeases(view([active], late)) })).toEqual([
      { kind: 'end-overdue', leaseId: active.id },
    ]);
  });

  it('is never overdue while it is ending', () => {
    const ending = settled(anEndingLease());
    expect(kindOf(ending, { now: afterwards(ending.deadline, minutes(10)) })).toBe('ok');
  });

  it('is interrupted when its instance was stopped', () => {
    const instances = new Map([[instance.id, { ...instance, halted: 'exited' }]]);
    expect(kindOf(active, { listing: { ...empty, instances } })).toBe('interrupted');
  });

  it('is a ghost when a second listing, far enough later, does not show its instance', () => {
    const earlier = { [`lease:${active.id}`]: at('12:19') };
    expect(kindOf(active, { listing: empty })).toBe('ghost-seen');
    expect(kindOf(active, { listing: empty, earlier })).toBe('ghost');
    expect(kindOf(active, { listing: null, earlier })).toBe('ok');
  });

  it('is a ghost only 90 s later once it has sent heartbeats', () => {
    const pulses = new Map([[active.id, aPulse({ nodeHeartbeatAt: at('12:10') })]]);
    const since = (time: string) => ({ earlier: { [`lease:${active.id}`]: at(time) } });
    expect(kindOf(active, { listing: empty, pulses, ...since('12:18:31') })).toBe('ghost-seen');
    expect(kindOf(active, { listing: empty, pulses, ...since('12:18:30') })).toBe('ghost');
  });

  it('is a ghost only 10 minutes later when many are missing at once', () => {
    const many = ['b', 'c', 'd', 'e'].map((letter) => ({ ...active, id: aLeaseId(letter) }));
    const kindsSince = (time: string, open = many) => {
      const earlier = Object.fromEntries(open.map(({ id }) => [`lease:${id}`, at(time)]));
      return findLeases(view(open, { listing: empty, earlier })).map(({ kind }) => kind);
    };
    expect(new Set(kindsSince('12:10:01'))).toEqual(new Set(['ghost-seen']));
    expect(new Set(kindsSince('12:10'))).toEqual(new Set(['ghost']));
    expect(kindsSince('12:18', many.slice(1))).toEqual(['ghost', 'ghost', 'ghost']);
    expect(missingCrowd(findLeases(view(many, { listing: empty })))).toBe(4);
  });

  it('says nothing about an instance of another account', () => {
    const listing = { ...empty, isAbout: () => false };
    expect(kindOf(active, { listing })).toBe('other-account');
    const instances = new Map([[instance.id, instance]]);
    expect(kindOf(active, { listing: { ...listing, instances } })).toBe('ok');
  });

  it('is shown again when its missing instance is listed, which is noted once', () => {
    const missing = { ...active, missingSince: at('12:10') };
    expect(kindOf(missing)).toBe('shown-again');
    const seen = findLeases(view([active], { listing: empty }));
    expect(actionsOf({ ...nothing, leases: seen })).toEqual([
      { kind: 'note-missing', leaseId: active.id, since: NOW },
    ]);
    const again = findLeases(view([missing], { listing: empty }));
    expect(actionsOf({ ...nothing, leases: again })).toEqual([]);
  });

  it('is no ghost while its instance may be too new to be listed', () => {
    const listing = { ...empty, listedAt: afterwards(active.activeAt, seconds(29)) };
    expect(kindOf(active, { listing })).toBe('ok');
  });

  it('has a lost execution when it is missing longer than its generation allows', () => {
    const key = `execution:${executionOf(active)}`;
    const since = (time: string) => ({ running: new Set<string>(), earlier: { [key]: at(time) } });
    expect(kindOf(active, { running: new Set() })).toBe('unguided-seen');
    expect(kindOf(active, since('12:19'))).toBe('lost-execution');
    const fifth = { ...active, generation: 5 };
    const later = { [`execution:${executionOf(fifth)}`]: at('12:19') };
    expect(kindOf(fifth, { running: new Set(), earlier: later })).toBe('unguided-seen');
    expect(kindOf(active, { running: null })).toBe('ok');
  });

  it('is a lost wake when it has been ending for a minute with a parked token', () => {
    const ending = settled(anEndingLease());
    const pulses = new Map([[ending.id, aPulse({ token: 'parked' })]]);
    expect(kindOf(ending, { pulses, now: at('12:31') })).toBe('lost-wake');
    expect(kindOf(ending, { pulses, now: at('12:30:59') })).toBe('ok');
    const over = new Map([[ending.id, aPulse({ token: 'parked', over: true })]]);
    expect(kindOf(ending, { pulses: over, now: at('12:31') })).toBe('ok');
  });

  it('is stuck, not a lost wake, once its progress is due', () => {
    const ending = settled(anEndingLease());
    const pulses = new Map([[ending.id, aPulse({ token: 'parked' })]]);
    expect(kindOf({ ...ending, dueBy: at('12:50') }, { pulses, now: at('12:50') })).toBe(
      'stuck-step',
    );
  });

  it('is a lost wake when its instance has been ready for a minute and it still waits', () => {
    const booting = settled(aBootingLease());
    const waiting = (readyAt: string) => {
      const ready = { readyAt: at(readyAt), wait: 'ready', token: 'parked' } as const;
      return new Map([[booting.id, aPulse(ready)]]);
    };
    expect(kindOf(booting, { pulses: waiting('12:19') })).toBe('lost-wake');
    expect(kindOf(booting, { pulses: waiting('12:19:30') })).toBe('ok');
  });

  it('is stuck when its progress is due', () => {
    expect(kindOf({ ...active, dueBy: NOW })).toBe('stuck-step');
  });

  it('is a pending outbox when its outbox is not applied', () => {
    expect(kindOf(addEvent(active, { type: 'noted', reason: 'why' }, NOW))).toBe('pending-outbox');
    expect(kindOf(anEndedLease())).toBe('pending-outbox');
  });

  it('is covered by the sweep of its provider, or by any without an attempt', () => {
    expect(isSweptWith(active, 'vastai')).toBe(true);
    expect(isSweptWith(aRequestedLease(), 'vastai')).toBe(true);
  });
});

describe('a hold', () => {
  const { hold } = aRequestedLease();
  const kind = (lease: Lease | null, time: string, change = {}) => {
    const held = { consumer: aConsumer, leaseId: aLeaseId(), hold: { ...hold, ...change }, lease };
    return findHolds([held], at(time))[0]?.kind;
  };

  it('is cancelled without a lease once no request can still write one', () => {
    expect(kind(null, '12:02')).toBe('ok');
    expect(kind(null, '12:02:01')).toBe('hold-without-lease');
  });

  it('is ok for an open lease', () => {
    expect(kind(anActiveLease(), '13:00')).toBe('ok');
  });

  it('is settled for an ended lease, unless its outbox does it', () => {
    expect(kind(anEndedLease(), '13:00')).toBe('ok');
    expect(kind(settled(anEndedLease()), '13:00')).toBe('hold-of-closed-lease');
    expect(kind(settled(anEndedLease()), '12:35')).toBe('ok');
  });

  it('is lowered when an extension raised it and was not committed', () => {
    const raised = { amountMicroUsd: hold.amountMicroUsd + 1, raisedAt: at('12:10') };
    expect(kind(anActiveLease(), '12:11', raised)).toBe('ok');
    expect(kind(anActiveLease(), '12:20', raised)).toBe('hold-left-raised');
  });
});
