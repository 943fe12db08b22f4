// What a freeze means for a lease that looks for an instance.

import { describe, expect, it } from 'vitest';
import { dropFrozenOffer, endFrozenLease } from '../../../../shared/core/lease/frozen.ts';
import { chooseOffer } from '../../../../shared/core/lease/lease-moves.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer } from '../../../support/builders/instance.ts';
import { aRequestedLease } from '../../../support/builders/lease.ts';

const now = at('12:01');
const lease = chooseOffer(aRequestedLease(), { offer: anOffer(), reason: 'cheap' }, at('12:00'));

describe('a freeze', () => {
  it('of the lease ends it, for its operator', () => {
    const ended = endFrozenLease(lease, { lease: true, providers: [] }, now);
    expect(ended).toMatchObject({
      commit: { state: 'ending', reason: 'operator' },
      result: { kind: 'lease-over' },
    });
  });

  it('of the chosen provider drops the choice, and says so', () => {
    const dropped = dropFrozenOffer(lease, { lease: false, providers: ['vastai'] }, now);
    expect(dropped?.commit).toMatchObject({ state: 'requested', chosen: null });
    expect(dropped?.commit?.outbox.events.at(-1)?.type).toBe('offer-given-up');
    expect(dropped?.result.kind).toBe('offer-gone');
  });

  it('of anything else changes nothing', () => {
    const other = { lease: false, providers: [] };
    expect(endFrozenLease(lease, other, now)).toBeNull();
    expect(dropFrozenOffer(lease, other, now)).toBeNull();
    const frozen = { lease: false, providers: ['vastai' as const] };
    expect(dropFrozenOffer(aRequestedLease(), frozen, now)).toBeNull();
  });
});
