// What a heartbeat is answered, and what it does to the wait that is parked.

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
  it('is answered with the time that is left', () => {
    const pulse = aPulse({ endsAt: at('12:21:30') });
    expect(carryOn(pulse, now)).toEqual({
      ...{ kind: 'carry-on', endsAt: at('12:21:30'), left: seconds(90) },
    });
    expect(carryOn(pulse, at('12:30'))).toMatchObject({ left: 0 });
  });

  it('wakes the wait for readiness once the instance is ready', () => {
    expect(effectOnWait(aPulse({ wait: 'ready', readyAt: now }), now)).toBe('wake');
    expect(effectOnWait(aPulse({ wait: 'ready' }), now)).toBe('none');
    expect(effectOnWait(aPulse({ readyAt: now }), now)).toBe('none');
  });

  it('keeps serving alive while everybody who has to send heartbeats does', () => {
    const serving = aPulse({ wait: 'serve', nodeHeartbeatAt: now });
    expect(effectOnWait(serving, now)).toBe('heartbeat');
    const both = { ...serving, liveness: 'both' as const };
    expect(effectOnWait(both, now)).toBe('none');
    expect(effectOnWait({ ...both, appHeartbeatAt: at('12:19:40') }, now)).toBe('heartbeat');
    expect(effectOnWait({ ...both, appHeartbeatAt: at('12:19:39') }, now)).toBe('none');
  });

  it('wakes Judge once the lease has been idle for long enough', () => {
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
  it('of a lease that is over is told to stop', () => {
    for (const lease of [anEndingLease(), anEndedLease()]) {
      expect(refuseLateHeartbeat(lease)).toEqual({
        reply: { kind: 'stop', reason: 'released' },
        fault: 'heartbeat-late',
      });
    }
    expect(refuseLateHeartbeat(anActiveLease())).toBeNull();
  });

  it.each([
    ['the present attempt came before', [2, 2], ['replayed', 'heartbeat-replayed']],
    ['an older attempt has to stop', [1, 2], ['stop', 'heartbeat-foreign']],
    ['a newer attempt than we know of waits', [2, 1], ['too-early', 'heartbeat-foreign']],
    [
      'any attempt waits while none may send heartbeats',
      [1, 0],
      ['too-early', 'heartbeat-foreign'],
    ],
  ] as const)('of %s', (_, [attempt, serving], [kind, fault]) => {
    expect(refuseNodeHeartbeat(attempt, serving)).toMatchObject({ reply: { kind }, fault });
  });

  it('of an application names no lease that is not its own', () => {
    const stranger = brandId(ConsumerId, '123456789012/stranger');
    for (const lease of [anActiveLease(), anEndedLease()]) {
      expect(refuseAppHeartbeat(lease, stranger)).toEqual({
        reply: { kind: 'unknown-lease' },
        fault: 'heartbeat-foreign',
      });
    }
  });

  it('of an application waits before there is an instance, and stops after it', () => {
    expect(refuseAppHeartbeat(aBootingLease(), aConsumer)).toEqual({
      reply: { kind: 'too-early' },
      fault: null,
    });
    expect(refuseAppHeartbeat(anEndingLease(), aConsumer).reply.kind).toBe('stop');
  });
});
