// A silence is recorded once, checked again, and cleared by the next heartbeat.

import { describe, expect, it } from 'vitest';
import { seconds } from '../../../../shared/core/base/time.ts';
import { judge } from '../../../../shared/core/lease/judge.ts';
import {
  describeSilentCrowd,
  isNoticed,
  limitPassedAt,
  recordHeldSilence,
  timeUntilSecondLook,
} from '../../../../shared/core/lease/silence.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import { anActiveLease, anEndingLease } from '../../../support/builders/lease.ts';

describe('a silence', () => {
  const noticed = aPulse({ nodeHeartbeatAt: at('12:20'), silenceLookAt: at('12:25:30') });

  it('waits for its second look only when one is pending', () => {
    expect(timeUntilSecondLook(noticed, at('12:25:10'))).toBe(seconds(20));
    expect(timeUntilSecondLook(noticed, at('12:25:30'))).toBeNull();
    expect(timeUntilSecondLook(aPulse(), at('12:25'))).toBeNull();
    expect(timeUntilSecondLook(null, at('12:25'))).toBeNull();
  });

  it('is a new one after a heartbeat', () => {
    expect(isNoticed(noticed, at('12:25'))).toBe(true);
    expect(isNoticed(noticed, at('12:40'))).toBe(false);
    expect(isNoticed(aPulse(), at('12:25'))).toBe(false);
  });

  it('lets the lease continue until the second look, and never past its deadline', () => {
    const lease = anActiveLease();
    const serving = judge({ lease, pulse: noticed }, at('12:25:10'));
    expect(serving).toMatchObject({ kind: 'serve', times: { heartbeatSeconds: 20 } });
    expect(judge({ lease, pulse: noticed }, at('12:25:30'))).toMatchObject({
      kind: 'end',
      reason: 'silent',
    });
    const held = { ...noticed, silenceLookAt: at('13:30') };
    expect(judge({ lease, pulse: held }, at('13:00'))).toMatchObject({ kind: 'serve' });
    expect(judge({ lease, pulse: held }, lease.deadline)).toMatchObject({
      kind: 'end',
      reason: 'expired',
    });
  });
});

describe('silent leases', () => {
  it('reach their limit, counted from the last heartbeat or from activation', () => {
    const lease = anActiveLease();
    expect(
      limitPassedAt({ lease, pulse: aPulse({ nodeHeartbeatAt: at('12:20') }) }, at('12:40')),
    ).toBe(at('12:25'));
    expect(limitPassedAt({ lease, pulse: aPulse() }, at('12:40'))).toBe(at('12:09'));
  });

  it('are a crowd when they are more than 3 and more than 20 percent', () => {
    expect(describeSilentCrowd(3, 4)).toBeNull();
    expect(describeSilentCrowd(4, 4)).toBe('4 of 4 leases became silent at the same time');
    expect(describeSilentCrowd(20, 100)).toBeNull();
    expect(describeSilentCrowd(21, 100)).toBe('21 of 100 leases became silent at the same time');
  });

  it('get an event when they are held while active, and none once they end', () => {
    const held = recordHeldSilence(anActiveLease(), 'many became silent', at('12:30'));
    expect(held.outbox.events.at(-1)).toMatchObject({
      type: 'silence-held',
      reason: 'many became silent: this lease does not end for its silence yet',
    });
    const ending = anEndingLease();
    expect(recordHeldSilence(ending, 'many became silent', at('12:31'))).toBe(ending);
  });
});
