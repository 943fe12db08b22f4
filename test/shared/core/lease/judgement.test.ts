// How a verdict about a lease is carried out.

import { describe, expect, it } from 'vitest';
import { minutes } from '../../../../shared/core/base/time.ts';
import { judgeLease } from '../../../../shared/core/lease/judgement.ts';
import { at } from '../../../support/builders/base.ts';
import { aPulse } from '../../../support/builders/instance.ts';
import { anActiveLease, anEndingLease, someTerms } from '../../../support/builders/lease.ts';

const lease = anActiveLease();
const input = { leaseId: lease.id, generation: 1 };
const heard = aPulse({ nodeHeartbeatAt: at('12:20'), nodeHeartbeatNumber: 9 });

describe('a judgement', () => {
  it('continues a lease with recent heartbeats', () => {
    const { commit, result } = judgeLease(
      lease,
      { input, pulse: heard, silenceFrom: null },
      at('12:21'),
    );
    expect(commit).toBeNull();
    expect(result).toMatchObject({ kind: 'done', output: { heartbeatSeconds: 300 } });
  });

  it('ends a lease at its deadline', () => {
    const facts = { input, pulse: heard, silenceFrom: null };
    expect(judgeLease(lease, facts, lease.deadline)).toMatchObject({
      commit: { state: 'ending', reason: 'expired' },
      result: { kind: 'lease-over' },
    });
  });

  it('returns a silent lease before the second look, then ends it', () => {
    const first = judgeLease(lease, { input, pulse: heard, silenceFrom: null }, at('12:25'));
    expect(first).toEqual({ commit: null, result: lease });
    const second = judgeLease(
      lease,
      { input, pulse: heard, silenceFrom: at('12:00') },
      at('12:25'),
    );
    expect(second.commit).toMatchObject({ state: 'ending', reason: 'silent' });
  });

  it('warns of idleness and continues the lease', () => {
    const idle = {
      ...{ gpuPercentBelow: 5, networkKbpsBelow: null, app: false },
      ...{ window: minutes(5), action: 'end' as const },
    };
    const quiet = { since: at('12:14'), through: 9 };
    const pulse = { ...heard, idle, quiet };
    const idling = { ...lease, terms: someTerms({ idle }) };
    const { commit, result } = judgeLease(idling, { input, pulse, silenceFrom: null }, at('12:20'));
    expect(commit).toMatchObject({
      state: 'active',
      idleWarned: { since: at('12:14'), at: at('12:20') },
    });
    expect(result).toMatchObject({ kind: 'done' });
  });

  it.each([
    ['ends already', anEndingLease(), 'lease-over'],
    ['has a newer generation', { ...lease, generation: 2 }, 'superseded'],
  ])('changes nothing for a lease that %s', (_, other, kind) => {
    const facts = { input, pulse: heard, silenceFrom: null };
    expect(judgeLease(other, facts, at('12:40'))).toMatchObject({ commit: null, result: { kind } });
  });
});
