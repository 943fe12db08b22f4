// The laws of findings about instances: each instance gets exactly one, foreign instances are never
// touched, and the circuit breaker blocks exactly the unrecorded ones.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCrowd } from '../../../../shared/core/base/crowd.ts';
import type { LeaseId } from '../../../../shared/core/base/ids.ts';
import { epochMs } from '../../../../shared/core/base/time.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { actionsOf, countsOf, suspectsOf } from '../../../../shared/core/sweep/actions.ts';
import {
  findInstances,
  heldBack,
  type ListingView,
  type SeenInstance,
} from '../../../../shared/core/sweep/instance-findings.ts';
import { aDeployment, aLeaseId, anInstanceId, at } from '../../../support/builders/base.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';

const nothing = { instances: [], leases: [], holds: [], accounts: [] };

const LISTED_AT = at('13:00');

/** A lease in every state, by its letter. The instance of `b` is `b`, and so on. */
const launching = (letter: string) => aLaunchingLease(aRequestedLease({ id: aLeaseId(letter) }));
const booting = (letter: string) => aBootingLease(launching(letter), anInstanceId(letter));
const active = (letter: string) => anActiveLease(booting(letter));
const KNOWN: readonly Lease[] = [
  aRequestedLease({ id: aLeaseId('a') }),
  launching('b'),
  booting('c'),
  active('d'),
  anEndingLease(active('e')),
  anEndedLease(anEndingLease(active('f'))),
];
const leases = new Map<LeaseId, Lease>(KNOWN.map((lease) => [lease.id, lease]));

const owners = fc.record({
  deployment: fc.constant(aDeployment),
  leaseId: fc.constantFrom(...'abcdefxyz').map(aLeaseId),
  attempt: fc.integer({ min: 1, max: 3 }),
});
const instances: fc.Arbitrary<readonly SeenInstance[]> = fc.uniqueArray(
  fc.record({
    id: fc
      .oneof(fc.constantFrom(...'cdef'), fc.stringMatching(/^[a-z0-9]{1,3}$/))
      .map((id) => anInstanceId(id)),
    owner: fc.option(owners),
    halted: fc.option(fc.constant('exited')),
    rate: fc.constant(null),
    ssh: fc.constant([]),
    doubt: fc.constantFrom(null, 'doubtful' as const, 'near-miss' as const),
    under: fc.constant('key-one'),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
);

/** Each instance was seen a minute ago, just now, or never. */
const views: fc.Arbitrary<ListingView> = instances.chain((seen) =>
  fc
    .array(fc.constantFrom(60_000, 10_000, null), {
      minLength: seen.length,
      maxLength: seen.length,
    })
    .map((ages) => ({
      listedAt: LISTED_AT,
      instances: seen,
      leases,
      unreadable: new Set<string>(),
      earlier: Object.fromEntries(
        seen.flatMap(({ id }, index) => {
          const age = ages[index] ?? null;
          return age === null ? [] : [[`instance:${id}`, epochMs(LISTED_AT - age)]];
        }),
      ),
    })),
);

function destroyed(view: ListingView): readonly string[] {
  const actions = actionsOf({ ...nothing, instances: findInstances(view) });
  return actions.flatMap((action) => (action.kind === 'destroy' ? [action.id] : []));
}

const law = (check: (view: ListingView) => void) =>
  fc.assert(fc.property(views, check), { numRuns: 500 });

describe('findings about instances', () => {
  it('are exactly one for each', () => {
    law((view) => {
      const found = findInstances(view);
      expect(found.map(({ id }) => id)).toEqual(view.instances.map(({ id }) => id));
      const counts = countsOf({ instances: found, leases: [], holds: [], accounts: [] });
      const strange = found.filter(({ kind }) => kind !== 'ok').length;
      expect(Object.values(counts).reduce((all, count) => all + count, 0)).toBe(strange);
    });
  });

  it('are foreign, doubtful or near a tag exactly without an owner, and never destroyed', () => {
    law((view) => {
      const foreign = view.instances.filter(({ owner }) => owner === null).map(({ id }) => id);
      const kinds = ['foreign', 'doubtful', 'near-miss'];
      const found = findInstances(view).filter(({ kind }) => kinds.includes(kind));
      expect(found.map(({ id }) => id)).toEqual(foreign);
      expect(destroyed(view).filter((id) => foreign.some((other) => other === id))).toEqual([]);
    });
  });

  it('never destroy the instance of a lease, nor one whose create may be in progress', () => {
    law((view) => {
      const doomed = destroyed(view);
      for (const { id, owner } of view.instances) {
        const lease = owner === null ? undefined : leases.get(owner.leaseId);
        const attempt = lease?.attempts.find(({ number }) => number === owner?.attempt);
        if (attempt?.state === 'recorded') expect(doomed).not.toContain(id);
        if (attempt?.state === 'created' && attempt.instanceId === id) {
          expect(doomed).not.toContain(id);
        }
      }
    });
  });

  it('destroy instances of recorded leases at once, past the circuit breaker', () => {
    law((view) => {
      const doomed = destroyed(view);
      for (const { id, owner } of view.instances) {
        const lease = owner === null ? undefined : leases.get(owner.leaseId);
        const attempt = lease?.attempts.find(({ number }) => number === owner?.attempt);
        const twin = attempt?.state === 'created' && attempt.instanceId !== id;
        if (attempt?.state === 'gone' || twin) expect(doomed).toContain(id);
      }
    });
  });

  it('destroy unrecorded instances at the second sighting, unless they are a crowd', () => {
    law((view) => {
      const found = findInstances(view);
      const doomed = destroyed(view);
      const unrecorded = found.filter(({ kind }) => kind.startsWith('unrecorded'));
      const crowd = isCrowd(unrecorded.length, view.instances.length);
      expect(heldBack(found)).toBe(crowd ? unrecorded.length : 0);
      for (const { id } of unrecorded) {
        const again = (view.earlier[`instance:${id}`] ?? LISTED_AT) <= LISTED_AT - 45_000;
        expect(doomed.some((other) => other === id)).toBe(again && !crowd);
      }
    });
  });

  it('keep every suspect with its first sighting', () => {
    law((view) => {
      const found = findInstances(view);
      for (const [key, since] of suspectsOf({ ...nothing, instances: found })) {
        expect(since).toBe(view.earlier[key] ?? LISTED_AT);
      }
    });
  });
});

describe('an instance with proved absence', () => {
  const [lease] = KNOWN.slice(-1);
  const seen = {
    id: anInstanceId('f'),
    halted: null,
    rate: null,
    ssh: [],
    doubt: null,
    under: 'key-one',
  };
  const kindAt = (listedAt: ListingView['listedAt']) => {
    const owner = { deployment: aDeployment, leaseId: aLeaseId('f'), attempt: 1 };
    const records = { leases, unreadable: new Set<string>(), earlier: {} };
    return findInstances({ listedAt, instances: [{ ...seen, owner }], ...records })[0]?.kind;
  };

  it('is an orphan only in a listing that started after the proof', () => {
    expect(lease?.state).toBe('ended');
    expect(kindAt(at('12:33'))).toBe('ok');
    expect(kindAt(at('12:34'))).toBe('orphan');
  });
});

describe('a crowd', () => {
  it('is more than 3 and more than 20 percent', () => {
    expect([3, 4].map((count) => isCrowd(count, 4))).toEqual([false, true]);
    expect([4, 5].map((count) => isCrowd(count, 20))).toEqual([false, true]);
    expect([200, 201].map((count) => isCrowd(count, 1_000))).toEqual([false, true]);
    expect(isCrowd(0, 0)).toBe(false);
  });
});
