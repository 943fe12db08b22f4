// The reply to a heartbeat, and its effect on the parked wait.

import { describe, expect, it } from 'vitest';
import { brandId, ConsumerId } from '../../../../shared/core/base/ids.ts';
import { minutes, seconds } from '../../../../shared/core/base/time.ts';
import {
  carryOn,
  effectOnWait,
  refuseAppHeartbeat,
  refuseLateHeartbeat,
  refuseNodeHeartbeat,
} from '../../../../shared/core/lease/heartbeat.ts';
import { aConsumer, at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  anActiveLease,
  anEndedLease,
  anEndingLease,
} from '../../../support/builders/lease.ts';

const now = at('12:20');

describe('a recorded heartbeat', () => {
  it('gets the remaining time, and by when the next one is due', () => {
    const pulse = aPulse({ endsAt: at('12:21:30'), silenceLimit: minutes(5) });
    expect(carryOn(pulse, now)).toEqual({
      ...{ kind: 'carry-on', endsAt: at('12:21:30'), left: seconds(90), nextBy: at('12:25') },
    });
    expect(carryOn(pulse, at('12:30'))).toMatchObject({ left: 0 });
  });

  it('wakes the wait for readiness once the instance is ready', () => {
    expect(effectOnWait(aPulse({ wait: 'ready', readyAt: now }), now)).toBe('wake');
    expect(effectOnWait(aPulse({ wait: 'ready' }), now)).toBe('none');
    expect(effectOnWait(aPulse({ readyAt: now }), now)).toBe('none');
  });

  it('keeps the wait alive while all required senders send heartbeats', () => {
    const serving = aPulse({ wait: 'serve', nodeHeartbeatAt: now });
    expect(effectOnWait(serving, now)).toBe('heartbeat');
    const both = { ...serving, liveness: 'both' as const };
    expect(effectOnWait(both, now)).toBe('none');
    expect(effectOnWait({ ...both, appHeartbeatAt: at('12:18:50') }, now)).toBe('heartbeat');
    expect(effectOnWait({ ...both, appHeartbeatAt: at('12:18:49') }, now)).toBe('none');
  });

  it('wakes the workflow once the lease has been idle for long enough', () => {
    const idle = {
      ...{ gpuPercentBelow: 5, networkKbpsBelow: null, app: false },
      ...{ window: minutes(5), action: 'warn' as const },
    };
    const quiet = { since: at('12:15'), through: 3 };
    const pulse = aPulse({
      wait: 'serve',
      nodeHeartbeatAt: now,
      nodeHeartbeatNumber: 3,
      idle,
      quiet,
    });
    expect(effectOnWait(pulse, now)).toBe('wake');
    expect(effectOnWait({ ...pulse, quiet: { ...quiet, since: at('12:16') } }, now)).toBe(
      'heartbeat',
    );
  });
});

describe('a refused heartbeat', () => {
  it('gets a stop when the lease is over', () => {
    for (const lease of [anEndingLease(), anEndedLease()]) {
      expect(refuseLateHeartbeat(lease)).toEqual({
        reply: { kind: 'stop', reason: 'released' },
        fault: 'heartbeat-late',
      });
    }
    expect(refuseLateHeartbeat(anActiveLease())).toBeNull();
  });

  it.each([
    ['the current attempt repeats one', [2, 2], ['replayed', 'heartbeat-replayed']],
    ['an older attempt must stop', [1, 2], ['stop', 'heartbeat-foreign']],
    ['an attempt that is not recorded yet waits', [2, 1], ['too-early', 'heartbeat-foreign']],
    [
      'any attempt waits while none may send heartbeats',
      [1, 0],
      ['too-early', 'heartbeat-foreign'],
    ],
  ] as const)('of %s', (_, [attempt, serving], [kind, fault]) => {
    expect(refuseNodeHeartbeat(attempt, serving)).toMatchObject({ reply: { kind }, fault });
  });

  it('gets unknown-lease when it is from an application of another consumer', () => {
    const stranger = brandId(ConsumerId, '123456789012/stranger');
    for (const lease of [anActiveLease(), anEndedLease()]) {
      expect(refuseAppHeartbeat(lease, stranger)).toEqual({
        reply: { kind: 'unknown-lease' },
        fault: 'heartbeat-foreign',
      });
    }
  });

  it('gets too-early for an application before there is an instance, and a stop after it', () => {
    expect(refuseAppHeartbeat(aBootingLease(), aConsumer)).toEqual({
      reply: { kind: 'too-early' },
      fault: null,
    });
    expect(refuseAppHeartbeat(anEndingLease(), aConsumer).reply.kind).toBe('stop');
  });
});
