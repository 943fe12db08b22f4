// Which leases have problems, the most urgent first.

import { describe, expect, it } from 'vitest';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { diagnose, type Examined } from '../../../../shared/core/operations/doctor.ts';
import { aLeaseId, at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import { anActiveLease, anEndedLease, anEndingLease } from '../../../support/builders/lease.ts';
import { aSweepRecord } from '../../../support/builders/sweeps.ts';

const examined = (open: readonly Lease[], change: Partial<Examined> = {}): Examined => ({
  ...{ open, pulses: new Map(), sweeps: [], balances: [], freezes: [], unreadable: [] },
  ...change,
});
const healthy = { ...anActiveLease(), dueBy: at('13:10') };
const stuckOf = (lease: Lease, now = at('12:40')) =>
  diagnose(examined([lease]), now).patients[0]?.stuck;

describe('a lease', () => {
  it('has no problem when it makes progress', () => {
    expect(stuckOf(healthy)).toEqual([]);
  });

  it.each([
    ['whose workflow makes no progress', { ...healthy, dueBy: at('12:39') }, 'made no progress'],
    ['past its deadline', { ...healthy, deadline: at('12:39') }, 'past its deadline'],
    ['whose outbox is not applied', anEndedLease(), 'not applied'],
  ])('%s has a problem', (_, lease, words) => {
    expect(stuckOf(lease)).toEqual([expect.stringContaining(words)]);
  });

  it('has a problem when it has been ending for more than an hour', () => {
    const ending = { ...anEndingLease(), dueBy: at('20:00') };
    expect(stuckOf(ending, at('13:30'))).toEqual([]);
    expect(stuckOf(ending, at('13:30:01'))).toEqual(['the instance is not proved absent in time']);
  });
});

describe('a diagnosis', () => {
  it('lists leases with the most problems first, then those that end first', () => {
    const late = { ...healthy, id: aLeaseId('b'), deadline: at('12:39') };
    const soon = { ...healthy, id: aLeaseId('c'), deadline: at('12:50') };
    const { patients } = diagnose(examined([healthy, soon, late]), at('12:40'));
    expect(patients.map(({ lease }) => lease.id)).toEqual([late.id, soon.id, healthy.id]);
  });

  it('lists the most urgent leases and counts all', () => {
    const open = Array.from({ length: policy.doctor.maxLeases + 1 }, () => healthy);
    const found = diagnose(examined(open), at('12:40'));
    expect(found.patients).toHaveLength(policy.doctor.maxLeases);
    expect(found.open).toHaveLength(open.length);
    expect(found).not.toHaveProperty('pulses');
  });

  it('names the active lease whose last heartbeat is the oldest, if there is any', () => {
    const [a, b] = [healthy, { ...healthy, id: aLeaseId('b') }];
    const pulses = new Map([
      [a.id, aPulse({ nodeHeartbeatAt: at('12:30') })],
      [b.id, aPulse({ nodeHeartbeatAt: at('12:20') })],
    ]);
    const found = diagnose(examined([a, b], { pulses }), at('12:40'));
    expect(found.oldestHeartbeat).toEqual({ leaseId: b.id, at: at('12:20') });
    const ending = diagnose(examined([anEndingLease()], { pulses }), at('12:40'));
    expect(ending.oldestHeartbeat).toBeNull();
  });

  it('gives the next action of each net, by the sweep of its provider', () => {
    const sweeps = [
      { provider: 'vastai' as const, last: aSweepRecord({ startedAt: at('12:39') }) },
    ];
    const { patients } = diagnose(examined([healthy], { sweeps }), at('12:40'));
    expect(patients[0]?.nets).toContainEqual(
      expect.objectContaining({ net: 'sweep', at: at('12:40') }),
    );
  });
});
