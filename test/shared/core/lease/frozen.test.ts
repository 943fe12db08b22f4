// What a freeze means for a lease without an instance.

import { describe, expect, it } from 'vitest';
import { dropFrozenOffer, endFrozenLease } from '../../../../shared/core/lease/frozen.ts';
import { chooseOffer } from '../../../../shared/core/lease/lease-moves.ts';
import { at } from '../../../support/builders/base.ts';
import { anOffer } from '../../../support/builders/instance.ts';
import { aRequestedLease } from '../../../support/builders/lease.ts';

const now = at('12:01');
const lease = chooseOffer(aRequestedLease(), { offer: anOffer(), reason: 'cheap' }, at('12:00'));

describe('a freeze', () => {
  it('ends the lease with reason operator when it covers the lease', () => {
    const ended = endFrozenLease(lease, { lease: true, providers: [] }, now);
    expect(ended).toMatchObject({
      commit: { state: 'ending', reason: 'operator' },
      result: { kind: 'lease-over' },
    });
  });

  it('drops the chosen offer of its provider, with an event', () => {
    const dropped = dropFrozenOffer(lease, { lease: false, providers: ['vastai'] }, now);
    expect(dropped?.commit).toMatchObject({ state: 'requested', chosen: null });
    expect(dropped?.commit?.outbox.events.at(-1)?.type).toBe('offer-given-up');
    expect(dropped?.result.kind).toBe('offer-gone');
  });

  it('changes nothing for any other scope', () => {
    const other = { lease: false, providers: [] };
    expect(endFrozenLease(lease, other, now)).toBeNull();
    expect(dropFrozenOffer(lease, other, now)).toBeNull();
    const frozen = { lease: false, providers: ['vastai' as const] };
    expect(dropFrozenOffer(aRequestedLease(), frozen, now)).toBeNull();
  });
});
