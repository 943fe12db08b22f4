// Which days of an account can be closed.

import { describe, expect, it } from 'vitest';
import { brandId, ConsumerId } from '../../../../shared/core/base/ids.ts';
import { closableUntil, pendingSince } from '../../../../shared/core/billing/closing.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import { anActiveLease, anEndedLease, aRequestedLease } from '../../../support/builders/lease.ts';

describe('days', () => {
  it('can be closed half an hour after their end', () => {
    expect(closableUntil(undefined, at('00:45'))).toBe(at('00:15'));
  });

  it('are not closed while an outbox has an older entry', () => {
    expect(closableUntil(at('00:10'), at('00:45'))).toBe(at('00:10'));
    expect(closableUntil(at('00:20'), at('00:45'))).toBe(at('00:15'));
  });
});

describe('pending entries', () => {
  it('are given by account, as the time of the oldest', () => {
    const other = brandId(ConsumerId, '123456789012/other');
    const late = { ...anEndedLease(), consumer: other };
    const entries = late.outbox.entries.map((entry) => ({ ...entry, at: at('12:34') }));
    const since = pendingSince([
      { ...late, outbox: { ...late.outbox, entries } },
      anEndedLease(),
      aRequestedLease(),
    ]);
    expect([...since]).toEqual([
      [other, at('12:34')],
      [aConsumer, at('12:00')],
    ]);
  });

  it('are empty when every outbox is applied', () => {
    const lease = { ...anActiveLease(), outbox: { events: [], entries: [] } };
    expect(pendingSince([lease]).size).toBe(0);
  });
});
