// The laws of judgement: no lease continues past its deadline or its silence limit, and the state
// machine accepts the wait that follows.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs, minutes, seconds } from '../../../../shared/core/base/time.ts';
import { judge } from '../../../../shared/core/lease/judge.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import { anActiveLease } from '../../../support/builders/lease.ts';

const START = at('12:04');
const DEADLINE = at('13:04');
const LIMIT = 5 * 60_000;
const lease = anActiveLease();

const instants = fc.integer({ min: -60_000, max: 7_200_000 }).map((ms) => epochMs(START + ms));
const pulses = fc.option(
  fc.record({
    liveness: fc.constantFrom('node' as const, 'app' as const, 'both' as const, 'auto' as const),
    nodeHeartbeatAt: fc.option(instants),
    appHeartbeatAt: fc.option(instants),
  }),
);

describe('a lease', () => {
  it('never continues past its deadline', () => {
    fc.assert(
      fc.property(pulses, instants, (heartbeats, now) => {
        const verdict = judge(
          { lease, pulse: heartbeats === null ? null : aPulse(heartbeats) },
          now,
        );
        if (now >= DEADLINE) expect(verdict).toMatchObject({ kind: 'end', reason: 'expired' });
        else expect(verdict).not.toMatchObject({ reason: 'expired' });
      }),
    );
  });

  it('continues exactly while heartbeats arrive within the silence limit', () => {
    const heartbeats = fc.integer({ min: 0, max: 3_599_999 }).map((ms) => epochMs(START + ms));
    fc.assert(
      fc.property(heartbeats, heartbeats, (heartbeat, now) => {
        const heard = now - heartbeat < LIMIT;
        const verdict = judge({ lease, pulse: aPulse({ nodeHeartbeatAt: heartbeat }) }, now);
        expect(verdict.kind).toBe(heard ? 'serve' : 'end');
        if (verdict.kind === 'end') expect(verdict.reason).toBe('silent');
      }),
    );
  });

  it('waits no longer than until its deadline or its silence limit', () => {
    fc.assert(
      fc.property(pulses, instants, (heartbeats, now) => {
        const verdict = judge(
          { lease, pulse: heartbeats === null ? null : aPulse(heartbeats) },
          now,
        );
        if (verdict.kind === 'end') return;
        const { timeoutSeconds, heartbeatSeconds } = verdict.times;
        const left = DEADLINE - now;
        expect(heartbeatSeconds).toBeGreaterThanOrEqual(1);
        expect(timeoutSeconds).toBeGreaterThan(heartbeatSeconds);
        expect(timeoutSeconds).toBeLessThan(Math.max(left / 1_000 + 1, 2.001));
        expect(timeoutSeconds * 1_000).toBeGreaterThanOrEqual(left);
        expect(heartbeatSeconds).toBeLessThanOrEqual(LIMIT / 1_000);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a wait', () => {
  const wait = (heartbeat: string, now: string) =>
    judge({ lease, pulse: aPulse({ nodeHeartbeatAt: at(heartbeat) }) }, at(now));

  it('lasts for the remaining time, and for the silence limit after a fresh heartbeat', () => {
    const timeoutSeconds = 52 * 60;
    expect(wait('12:10:50', '12:12')).toMatchObject({
      times: { timeoutSeconds, heartbeatSeconds: 5 * 60 },
    });
    expect(wait('12:10', '12:12')).toMatchObject({
      times: { timeoutSeconds, heartbeatSeconds: 5 * 60 - 50 },
    });
  });

  it('has a heartbeat below its timeout near the deadline', () => {
    const times = { timeoutSeconds: 5, heartbeatSeconds: 4 };
    expect(wait('13:03:50', '13:03:55')).toEqual({ kind: 'serve', times });
  });

  it('is the shortest that the state machine accepts in the last second', () => {
    const times = { timeoutSeconds: 2, heartbeatSeconds: 1 };
    expect(wait('13:03:50', '13:03:59')).toEqual({ kind: 'serve', times });
  });
});

describe('an end', () => {
  it('names the silence and its limit', () => {
    expect(judge({ lease, pulse: null }, at('12:09'))).toEqual({
      kind: 'end',
      reason: 'silent',
      why: 'no heartbeat for 300 s; the limit is 300 s',
    });
  });

  it('is expired when deadline and silence limit are reached together', () => {
    expect(judge({ lease, pulse: null }, DEADLINE)).toMatchObject({ reason: 'expired' });
  });

  it('uses the silence limit of the lease', () => {
    const patient = { ...lease, terms: { ...lease.terms, silenceLimit: minutes(10) } };
    expect(judge({ lease: patient, pulse: null }, at('12:13')).kind).toBe('serve');
    const hasty = { ...lease, terms: { ...lease.terms, silenceLimit: seconds(60) } };
    expect(judge({ lease: hasty, pulse: null }, at('12:05')).kind).toBe('end');
  });
});
