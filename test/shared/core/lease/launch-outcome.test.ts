// The effect of a create outcome on its lease.

import { describe, expect, it } from 'vitest';
import {
  applyCreateAnswer,
  type CreateAnswer,
} from '../../../../shared/core/lease/launch-outcome.ts';
import type { Lease } from '../../../../shared/core/lease/lease.ts';
import { anInstanceId, at } from '../../../support/builders/base.ts';
import { anOffer } from '../../../support/builders/instance.ts';
import { aBootingLease, aLaunchingLease, anEndingLease } from '../../../support/builders/lease.ts';

const boot = { timeoutSeconds: 600 };
const apply = (lease: Lease, answer: CreateAnswer) =>
  applyCreateAnswer(lease, { attempt: 1, answer, boot }, at('12:02'));
const launched: CreateAnswer = { kind: 'launched', instanceId: anInstanceId() };
const lastEvent = (lease: Lease | null) => lease?.outbox.events.at(-1);

describe('a create outcome', () => {
  const launching = aLaunchingLease();

  it('moves the lease to booting when an instance was created', () => {
    const { commit, result } = apply(launching, launched);
    expect(commit).toMatchObject({
      state: 'booting',
      attempts: [{ state: 'created', instanceId: anInstanceId(), createdAt: at('12:02') }],
    });
    expect(lastEvent(commit)?.type).toBe('instance-created');
    expect(result).toEqual({ kind: 'done', output: boot });
  });

  it('leads to a search for the instance when it is unknown', () => {
    const { commit, result } = apply(launching, { kind: 'outcome-unknown', reason: 'cut off' });
    expect(commit).toMatchObject({ state: 'launching', attempts: [{ state: 'unknown' }] });
    expect(lastEvent(commit)).toMatchObject({ type: 'create-unanswered', reason: 'cut off' });
    expect(result).toEqual({ kind: 'outcome-unknown', reason: 'cut off' });
  });

  it.each(['offer-gone', 'refused', 'no-funds'] as const)('%s leads to another offer', (kind) => {
    const { commit, result } = apply(launching, { kind, reason: 'no' });
    expect(commit).toMatchObject({ chosen: null, attempts: [{ state: 'refused', reason: kind }] });
    expect(lastEvent(commit)?.type).toBe('create-refused');
    expect(result).toEqual({ kind: 'offer-gone', reason: 'no' });
  });

  it.each([
    ['rate-limited', { kind: 'rate-limited', reason: '429' }, 'rate-limited'],
    ['too late to be called', { kind: 'too-late' }, 'not-called'],
  ] as const)('%s leads to the same offer again', (_, answer, detour) => {
    const { commit, result } = apply(launching, answer);
    expect(commit).toMatchObject({ chosen: anOffer(), attempts: [{ reason: answer.kind }] });
    expect(result.kind).toBe(detour);
  });

  it('is recorded for an ending lease, and teardown continues', () => {
    const { commit, result } = apply(anEndingLease(launching), launched);
    expect(commit).toMatchObject({ state: 'ending', attempts: [{ state: 'created' }] });
    expect(result.kind).toBe('lease-over');
    const refused = apply(anEndingLease(launching), { kind: 'rate-limited', reason: '429' });
    expect(refused.commit).toMatchObject({ state: 'ending', attempts: [{ state: 'refused' }] });
    expect(refused.commit).not.toHaveProperty('chosen');
  });

  it('changes nothing when it is already recorded', () => {
    const known = { commit: null, result: { kind: 'done', output: boot } };
    expect(apply(aBootingLease(), launched)).toEqual(known);
  });
});
