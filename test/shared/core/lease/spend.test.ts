// The effect of spending on a lease: it ends, or its hold grows during teardown.

import { describe, expect, it } from 'vitest';
import { microUsd } from '../../../../shared/core/base/money.ts';
import { endOverspent, growOutgrownHold, spentBy } from '../../../../shared/core/lease/spend.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
  aRequestedLease,
  someTerms,
} from '../../../support/builders/lease.ts';

const capped = anActiveLease(
  aBootingLease(
    aLaunchingLease(aRequestedLease({ terms: someTerms({ spendCapMicroUsd: microUsd(100_000) }) })),
  ),
);

describe('a lease that has reached its limit', () => {
  const nothingSent = aPulse({ bytes: [0, 0], bytesAt: at('12:17') });

  it('ends for its spend cap', () => {
    // $0.10 at $0.404 an hour are not quite 15 min, from 12:03 on.
    expect(endOverspent(capped, nothingSent, at('12:17'))).toBeNull();
    expect(endOverspent(capped, nothingSent, at('12:18'))).toMatchObject({
      state: 'ending',
      reason: 'spend-cap',
    });
  });

  it('ends earlier by the price of transfer that it does not report', () => {
    // 20 GB at $0.004 leave $0.02, and $0.404 an hour take 3 min for that.
    for (const silent of [null, aPulse(), aPulse({ bytes: [0, 0], bytesAt: at('12:02') })]) {
      expect(endOverspent(capped, silent, at('12:05'))).toBeNull();
      const ended = endOverspent(capped, silent, at('12:06'));
      expect(ended?.outbox.events.at(-1)?.reason).toContain(
        'of which $0.0800 is reserved for unreported transfer; its spend cap is $0.1000',
      );
    }
  });

  it('ends once', () => {
    expect(endOverspent(anEndingLease(capped), null, at('20:00'))).toBeNull();
    expect(endOverspent(anEndedLease(), null, at('20:00'))).toBeNull();
  });
});

describe('the hold of an ending lease', () => {
  const ending = anEndingLease();

  it('grows by an hour when its teardown costs more', () => {
    const now = at('23:00');
    const spent = spentBy(ending, null, now);
    expect(spent).toBeGreaterThan(ending.hold.amountMicroUsd);
    const grown = growOutgrownHold(ending, null, now);
    expect(grown?.hold.amountMicroUsd).toBe(spent + 404_000);
    expect(grown === null ? null : growOutgrownHold(grown, null, now)).toBeNull();
  });

  it('is unchanged while it is sufficient, and before the lease ends', () => {
    expect(growOutgrownHold(ending, null, at('12:31'))).toBeNull();
    expect(growOutgrownHold(capped, null, at('23:00'))).toBeNull();
  });
});
