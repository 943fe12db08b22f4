// The progress of a freeze, which depends only on its rounds.

import { describe, expect, it } from 'vitest';
import { brandId, ConsumerId } from '../../../../shared/core/base/ids.ts';
import { invariant } from '../../../../shared/core/base/invariant.ts';
import { policy } from '../../../../shared/core/base/policy/policy.ts';
import { type EpochMs, minutes, seconds } from '../../../../shared/core/base/time.ts';
import {
  advanceFreeze,
  advanceIfStanding,
  countInScope,
  coveredLeases,
  covers,
  type Freeze,
  freezeEnd,
  frozenFor,
  isFrozen,
  landedBy,
  placeFreeze,
  providersOf,
  type Round,
  thaw,
  unfinishedFreezes,
} from '../../../../shared/core/operations/freeze.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import {
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
} from '../../../support/builders/lease.ts';
import { aSighting } from '../../../support/builders/sightings.ts';

const by = brandId(ConsumerId, '123456789012/operator');
const placing = { scope: { kind: 'all' }, landedBy: at('12:10'), by, why: 'a test' } as const;

function placed(before: Freeze | null = null, change: object = {}, now = at('12:00')): Freeze {
  const freeze = placeFreeze(before, { ...placing, ...change }, now);
  invariant(freeze !== null, 'it changes something');
  return freeze;
}

/** A freeze after rounds at these times, with these numbers of leases and instances. */
function afterRounds(...rounds: readonly (readonly [EpochMs, number, number])[]): Freeze {
  return rounds.reduce((freeze, [listedAt, leases, instances]) => {
    const round: Round = { listedAt, leases, instances, listLag: seconds(30) };
    invariant(freeze.standing !== null, 'it stands');
    return advanceFreeze(freeze, freeze.standing, round);
  }, placed());
}

const finished = (freeze: Freeze): boolean => freeze.standing?.finishedAt !== null;

describe('a freeze', () => {
  it('is finished by two empty listings, the list lag apart, after landedBy', () => {
    expect(finished(afterRounds([at('12:11'), 0, 0], [at('12:12'), 0, 0]))).toBe(true);
  });

  it.each<[string, Freeze]>([
    ['by one', afterRounds([at('12:11'), 0, 0])],
    ['by one listing that is read twice', afterRounds([at('12:11'), 0, 0], [at('12:11'), 0, 0])],
    ['by listings before landedBy', afterRounds([at('12:08'), 0, 0], [at('12:09'), 0, 0])],
    ['by one before and one after', afterRounds([at('12:09'), 0, 0], [at('12:11'), 0, 0])],
    ['while an instance is listed', afterRounds([at('12:11'), 0, 1], [at('12:12'), 0, 1])],
    ['while a lease is not ended', afterRounds([at('12:11'), 1, 0], [at('12:12'), 1, 0])],
    [
      'when an instance is listed in between',
      afterRounds([at('12:11'), 0, 0], [at('12:12'), 0, 1], [at('12:13'), 0, 0]),
    ],
  ])('is not finished %s', (_case, freeze) => {
    expect(finished(freeze)).toBe(false);
  });

  it('continues when it is placed again, and the operator and reason are added', () => {
    const first = afterRounds([at('12:11'), 0, 0]);
    expect(placeFreeze(first, placing, at('12:12'))).toBeNull();
    const again = placed(first, { why: 'once more' }, at('12:12'));
    expect(again.standing).toEqual(first.standing);
    expect(again.acts.map(({ why }) => why)).toEqual(['a test', 'once more']);
  });

  it('starts again after a thaw', () => {
    const thawed = thaw(afterRounds([at('12:11'), 0, 0]), { by, why: 'over' }, at('12:12'));
    expect(thawed?.standing).toBeNull();
    invariant(thawed !== null, 'it was thawed');
    expect(thaw(thawed, { by, why: 'over' }, at('12:13'))).toBeNull();
    const again = placed(thawed, {}, at('12:14'));
    expect(again.standing).toMatchObject({ since: at('12:14'), absentSince: null });
    expect(again.acts.map(({ kind }) => kind)).toEqual(['freeze', 'thaw', 'freeze']);
  });

  it('keeps a limited number of acts', () => {
    let freeze = placed();
    for (let nth = 1; nth <= 30; nth += 1) {
      freeze = placed(freeze, { why: `why ${nth}` }, at('12:01'));
    }
    expect(freeze.acts).toHaveLength(policy.freeze.actsKept);
    expect(freeze.acts.at(-1)?.why).toBe('why 30');
  });
});

describe('the scope of a freeze', () => {
  const other = brandId(ConsumerId, '123456789012/other');
  const all = placed();
  const mine = placed(null, { scope: { kind: 'consumer', consumer: aConsumer } });
  const there = placed(null, { scope: { kind: 'provider', provider: 'vastai' } });

  it('is all, one consumer or one provider, while it is in force', () => {
    expect(isFrozen([all], { consumer: other })).toBe(true);
    expect(isFrozen([mine, there], { consumer: aConsumer })).toBe(true);
    expect(isFrozen([mine, there], { consumer: other })).toBe(false);
    expect(isFrozen([mine, there], { provider: 'vastai' })).toBe(true);
    expect(isFrozen([mine], { provider: 'vastai' })).toBe(false);
    expect(isFrozen([{ ...all, standing: null }], { consumer: other })).toBe(false);
  });

  it('covers a lease by its consumer, or by an instance that it may have at the provider', () => {
    expect(covers(mine.scope, anActiveLease())).toBe(true);
    expect(covers({ kind: 'consumer', consumer: other }, anActiveLease())).toBe(false);
    expect(covers(there.scope, aLaunchingLease())).toBe(true);
    expect(covers(there.scope, anEndedLease())).toBe(false);
  });

  it('includes creates that take minutes', () => {
    expect(policy.stepBudget.launch).toBeGreaterThan(minutes(1));
  });
});

describe('a freeze for a lease without an instance', () => {
  const ofConsumer = placed(null, { scope: { kind: 'consumer', consumer: aConsumer } });
  const ofProvider = placed(null, { scope: { kind: 'provider', provider: 'vastai' } });

  it.each([
    ['everything', [placed()], { lease: true, providers: ['vastai'] }],
    ['its consumer', [ofConsumer], { lease: true, providers: [] }],
    ['a provider', [ofProvider], { lease: false, providers: ['vastai'] }],
    ['nothing', [], { lease: false, providers: [] }],
  ] as const)('that covers %s', (_, freezes, frozen) => {
    expect(frozenFor(freezes, aConsumer)).toEqual(frozen);
  });

  it('has no effect after a thaw', () => {
    const thawed = thaw(placed(), { by, why: 'over' }, at('12:20'));
    expect(frozenFor(thawed === null ? [] : [thawed], aConsumer).lease).toBe(false);
    expect(frozenFor([ofConsumer], by).lease).toBe(false);
  });
});

describe('a round of a freeze', () => {
  it('ends covered leases that are not over, with reason operator', () => {
    const open = [anActiveLease(), anEndingLease(), anEndedLease()];
    const covered = coveredLeases(placed(), open);
    expect(covered.open.map(({ state }) => state)).toEqual(['active', 'ending']);
    expect(covered.toEnd.map(({ state }) => state)).toEqual(['active']);
    expect(freezeEnd(placed())).toEqual({ reason: 'operator', why: `frozen by ${by}` });
  });

  it('runs until the freeze is finished, and not after a thaw', () => {
    const done = afterRounds([at('12:11'), 0, 0], [at('12:12'), 0, 0]);
    const thawed = thaw(placed(), { by, why: 'over' }, at('12:20'));
    const freezes = [placed(), done, ...(thawed === null ? [] : [thawed])];
    expect(unfinishedFreezes(freezes).map(({ freeze }) => freeze)).toEqual([placed()]);
  });

  it('counts only for its own freeze', () => {
    const freeze = placed();
    const round: Round = { listedAt: at('12:11'), leases: 0, instances: 0, listLag: seconds(30) };
    const { standing } = freeze;
    invariant(standing !== null, 'it stands');
    expect(advanceIfStanding(freeze, standing, round)).toEqual(
      advanceFreeze(freeze, standing, round),
    );
    const later = placed(thaw(freeze, { by, why: 'over' }, at('12:05')), {}, at('12:06'));
    expect(advanceIfStanding(later, standing, round)).toBeNull();
    expect(advanceIfStanding(null, standing, round)).toBeNull();
  });

  it('counts listings only after launches in progress: one function timeout later', () => {
    expect(landedBy(at('12:00'), minutes(6))).toBe(at('12:09'));
  });

  it('lists one provider, or all of them', () => {
    expect(providersOf({ kind: 'provider', provider: 'vastai' }, [])).toEqual(['vastai']);
    expect(providersOf({ kind: 'all' }, ['vastai'])).toEqual(['vastai']);
  });

  it('counts instances of the scope, and those without a recorded lease for every consumer', () => {
    const ours = [aSighting(1), aSighting(2)];
    const lease = anActiveLease();
    const leases = new Map([[lease.id, lease]]);
    const other = new Map([[lease.id, { ...lease, consumer: by }]]);
    const scope = { kind: 'consumer', consumer: aConsumer } as const;
    expect(countInScope({ kind: 'all' }, ours, new Map())).toBe(2);
    expect(countInScope(scope, ours, leases)).toBe(2);
    expect(countInScope(scope, ours, other)).toBe(0);
    expect(countInScope(scope, ours, new Map())).toBe(2);
  });
});
