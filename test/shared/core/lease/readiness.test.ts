// Whether a lease becomes active with its instance.

import { describe, expect, it } from 'vitest';
import { microUsdPerHour } from '../../../../shared/core/base/money.ts';
import { type Instance, reportOf } from '../../../../shared/core/instance/instance.ts';
import { currentAttempt, type Lease } from '../../../../shared/core/lease/lease.ts';
import {
  alarmBeforeServing,
  attemptWithoutKey,
  decideReadiness,
  judgeReadiness,
  recentReport,
  recordKey,
  recordReport,
} from '../../../../shared/core/lease/readiness.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import {
  aBootingLease,
  aLaunchingLease,
  anActiveLease,
  anEndingLease,
  aRequestedLease,
} from '../../../support/builders/lease.ts';
import { anInstance } from '../../../support/builders/sightings.ts';

const booting = aBootingLease();
const ready = aPulse({ readyAt: at('12:05'), facts: null });
const input = { leaseId: booting.id, generation: 1 };
const decide = (lease: Lease, instance: Instance | 'absent', pulse: typeof ready | null = ready) =>
  decideReadiness(lease, { input, pulse, instance, bootOver: false }, at('12:06'));

describe('an instance', () => {
  it.each([
    ['vanished', 'absent', ready],
    ['price-rose', anInstance({ rate: microUsdPerHour(500_001) }), ready],
    ['bad-host', anInstance({ status: 'failed' }), ready],
    ['bad-host', anInstance({ status: 'stopped' }), ready],
    ['boot-timeout', anInstance(), aPulse()],
    ['boot-timeout', anInstance(), null],
  ] as const)('is given back as %s', (reason, instance, pulse) => {
    const facts = { pulse, instance, bootOver: false };
    expect(judgeReadiness(booting, facts)).toMatchObject({ kind: 'fault', reason });
    const { commit, result } = decide(booting, instance, pulse);
    expect(commit).toMatchObject({ state: 'booting', attempts: [{ state: 'retiring', reason }] });
    expect(commit?.outbox.events.at(-1)?.type).toBe('attempt-failed');
    expect(result.kind).toBe('attempt-failed');
  });

  it('is charged from its creation when it is retired while it runs', () => {
    const broken = anInstance({ rate: microUsdPerHour(600_000) });
    expect(decide(booting, broken).commit?.attempts).toMatchObject([
      { runningAt: at('12:02'), rateRead: { rate: 600_000 } },
    ]);
  });

  it('makes the lease active for the requested duration when it is ready', () => {
    const { commit, result } = decide(booting, anInstance());
    expect(commit).toMatchObject({
      state: 'active',
      activeAt: at('12:06'),
      deadline: at('13:06'),
      ssh: anInstance().ssh,
      attempts: [{ state: 'created', runningAt: at('12:05') }],
    });
    // The silence limit, and the whole hour.
    const output = { timeoutSeconds: 3_600, heartbeatSeconds: 300 };
    expect(result).toEqual({ kind: 'done', output });
  });

  it('is given back as wrong-gpu when its GPUs are not those of the offer', () => {
    const facts = {
      sshHostKey: null,
      gpuName: 'NVIDIA GeForce RTX 3060',
      gpuCount: 1,
      driver: null,
    };
    const { commit, result } = decide(booting, anInstance(), { ...ready, facts });
    expect(commit?.attempts).toMatchObject([{ state: 'retiring', reason: 'wrong-gpu' }]);
    expect(commit?.outbox.events.at(-1)?.reason).toContain('RTX 3060');
    expect(result.kind).toBe('attempt-failed');
  });

  it('ends the lease as bad-image when every host would refuse the image', () => {
    const statusText = 'created: Error response from daemon: manifest unknown';
    const failed = anInstance({ status: 'failed', badImage: true, statusText });
    const { commit, result } = decide(booting, failed, null);
    expect(commit).toMatchObject({ state: 'ending', reason: 'bad-image' });
    expect(commit?.outbox.events.at(-1)?.reason).toContain('manifest unknown');
    expect(result.kind).toBe('lease-over');
  });

  it('quotes the provider without the variables of the consumer', () => {
    const lease = { ...booting, env: { TOKEN: 'hunter22' } };
    const failed = anInstance({ status: 'failed', statusText: 'exec hunter22: not found' });
    const { commit } = decide(lease, failed);
    expect(commit?.outbox.events.at(-1)?.reason).toBe('bad-host: exec ***: not found');
  });

  it('waits for an address until the boot limit, and is given back after it', () => {
    const hidden = anInstance({ ssh: [] });
    expect(decide(booting, hidden)).toMatchObject({ commit: null, result: { kind: 'not-ready' } });
    const late = { input, pulse: ready, instance: hidden, bootOver: true };
    expect(decideReadiness(booting, late, at('12:06')).commit).toMatchObject({
      attempts: [{ state: 'retiring', reason: 'boot-timeout' }],
    });
  });

  it('is accepted without a rate, or at exactly the ceiling', () => {
    for (const rate of [null, microUsdPerHour(500_000)]) {
      expect(decide(booting, anInstance({ rate })).commit?.state).toBe('active');
    }
  });
});

describe('a decision on readiness', () => {
  it('returns the wait of a lease that is already active', () => {
    const { commit, result } = decide(anActiveLease(), 'absent');
    expect(commit).toBeNull();
    expect(result.kind).toBe('done');
  });

  it('leads an expired lease to the Judge step by the shortest wait', () => {
    const lease = { ...anActiveLease(), deadline: at('12:06') };
    const output = { timeoutSeconds: 2, heartbeatSeconds: 1 };
    expect(decide(lease, anInstance()).result).toEqual({ kind: 'done', output });
  });

  it.each([
    ['over', anEndingLease(booting), 'lease-over'],
    ['without an instance', aLaunchingLease(), 'attempt-failed'],
  ])('changes nothing for a lease that is %s', (_, lease, kind) => {
    expect(decide(lease, anInstance())).toMatchObject({ commit: null, result: { kind } });
  });
});

describe('the alarm before serving', () => {
  it('is the first warning before the deadline, but never later than the launch bound', () => {
    expect(alarmBeforeServing(booting, at('12:06'))).toBe(at('12:51'));
    expect(alarmBeforeServing({ ...booting, deadline: at('12:10') }, at('12:06'))).toBe(
      at('12:10:30'),
    );
  });
});

describe("the provider's report", () => {
  const report = reportOf(anInstance(), at('12:05'));
  const reported = recordReport(booting, { attempt: 1, report });
  const attempt = currentAttempt(reported);

  it('is recorded on its attempt, with what readiness depends on', () => {
    const { status, statusText, rate, ssh } = anInstance();
    expect(attempt).toMatchObject({
      report: { at: at('12:05'), instance: { status, statusText, rate, ssh } },
    });
  });

  it('is decided on for 5 minutes', () => {
    if (attempt?.state !== 'created') throw new Error('the attempt has an instance');
    expect(recentReport(attempt, at('12:10'))).toEqual(report.instance);
    expect(recentReport(attempt, at('12:10:01'))).toBeNull();
    expect(recentReport({ ...attempt, report: null }, at('12:05'))).toBeNull();
  });

  it('of another attempt, or without an instance, is left alone', () => {
    expect(recordReport(booting, { attempt: 2, report })).toBe(booting);
    const requested = aRequestedLease();
    expect(recordReport(requested, { attempt: 1, report })).toBe(requested);
  });

  it('says absent when the provider does not know the instance', () => {
    expect(reportOf('absent', at('12:05'))).toEqual({ at: at('12:05'), instance: 'absent' });
  });
});

describe('the SSH key', () => {
  it.each([
    ['attached', true],
    ['refused', false],
  ] as const)('is handed over once, and %s goes on record', (answer, keyAttached) => {
    expect(attemptWithoutKey(booting)?.number).toBe(1);
    const lease = recordKey(booting, { attempt: 1, answer }, at('12:03'));
    expect(currentAttempt(lease)).toMatchObject({ keyAttached });
    expect(lease.outbox.events.at(-1)?.type).toBe('key-handed-over');
    expect(attemptWithoutKey(lease)).toBeNull();
  });

  it('is not recorded for another attempt', () => {
    expect(recordKey(booting, { attempt: 2, answer: 'attached' }, at('12:03'))).toBe(booting);
    expect(attemptWithoutKey(aRequestedLease())).toBeNull();
  });
});
